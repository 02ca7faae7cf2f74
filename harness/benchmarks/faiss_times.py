"""Times faiss, and the bare matrix product, on a file of float32: see compare-faiss."""

import sys
import time

import numpy as np

what, name, dimension, k, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
if what == "make":
    # k is the number of rows here: random directions.
    rng = np.random.default_rng(0)
    x = rng.standard_normal((k, dimension), dtype=np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    x.tofile(name)
    sys.exit()

x = np.fromfile(name, dtype=np.float32).reshape(-1, dimension)
if what == "sgemm":
    rows, columns = 4096, 4096
    out = np.empty((rows, columns), np.float32)
    start = time.time()
    for i in range(0, len(x), rows):
        for j in range(0, len(x), columns):
            left, right = x[i : i + rows], x[j : j + columns]
            whole = len(left) == rows and len(right) == columns
            np.dot(left, right.T, out=out if whole else None)
    seconds = time.time() - start
    print(f"sgemm {seconds:.3f} s, {2 * len(x) ** 2 * dimension / seconds / 1e9:.0f} GFlop/s")
elif what == "faiss":
    import faiss

    faiss.omp_set_num_threads(threads)
    # Where it is fastest on two cores: large blocks, and heaps rather than reservoirs.
    faiss.cvar.distance_compute_blas_query_bs = 4096
    faiss.cvar.distance_compute_blas_database_bs = 4096
    faiss.cvar.distance_compute_min_k_reservoir = 1000
    index = faiss.IndexFlatIP(dimension)
    index.add(x)
    start = time.time()
    index.search(x, k)
    print(f"faiss {time.time() - start:.3f} s")
