"""Times imagecorruptions, one process per core: see compare-corruptions."""

import multiprocessing
import os
import sys
import time
import warnings

import numpy as np

SIDES, SEVERITY, WARM_UP = (64, 224), 3, 10


def make(folder, counts):
    """Draws pictures with detail at every scale, as photographs have it."""
    rng = np.random.default_rng(0)
    for side, count in zip(SIDES, counts):
        pictures = np.empty((count, side, side, 3), np.uint8)
        for i in range(count):
            picture = np.zeros((side, side, 3))
            cells = 2
            while cells <= side:
                field = rng.normal(size=(cells, cells, 3)) / cells
                index = np.arange(side) * cells // side
                picture += field[index][:, index]
                cells *= 2
            picture = 128 + 48 * (picture - picture.mean()) / picture.std()
            pictures[i] = np.clip(picture, 0, 255)
        pictures.tofile(os.path.join(folder, str(side)))


def work(folder, number, cores, barrier, results):
    cv2.setNumThreads(1)
    np.random.seed(number)
    for side in SIDES:
        pictures = np.fromfile(os.path.join(folder, str(side)), np.uint8).reshape(-1, side, side, 3)
        mine = pictures[number::cores]
        for name in get_corruption_names("all"):
            for picture in mine[:WARM_UP]:
                corrupt(picture, SEVERITY, name)
            barrier.wait()
            start = time.perf_counter()
            for picture in mine:
                corrupt(picture, SEVERITY, name)
            barrier.wait()
            if number == 0:
                results.put((side, name.replace("_", "-"), time.perf_counter() - start))
    if number == 0:
        results.put(None)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], map(int, sys.argv[3:5]))
        sys.exit()
    checkout, folder, cores = sys.argv[1], sys.argv[2], int(sys.argv[3])
    warnings.simplefilter("ignore")
    sys.path.insert(0, checkout)
    import cv2
    from imagecorruptions import corrupt, get_corruption_names

    barrier, results = multiprocessing.Barrier(cores), multiprocessing.Queue()
    processes = [
        multiprocessing.Process(target=work, args=(folder, i, cores, barrier, results))
        for i in range(cores)
    ]
    for process in processes:
        process.start()
    for side, name, seconds in iter(results.get, None):
        print(side, name, f"{seconds:.4f}", flush=True)
    for process in processes:
        process.join()
