(() => {
  'use strict';
  const root = document.documentElement;
  // Of charts.js.
  const {data, escape, percent} = window.holdfast;

  function element(tag, text) {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
  }

  function perturbation(cell) {
    const entry = cell.getData();
    const box = element('span', entry.perturbation);
    if (entry.setting) {
      box.append(element('code', entry.setting));
    }
    return box;
  }

  function figure(column, i) {
    return cell => {
      const figures = cell.getData().cells[i];
      const box = element('span', figures.text);
      box.append(element('small', figures.interval || '\u00a0'));
      if (column.fraction && figures.value !== null) {
        const gauge = element('span', '');
        gauge.className = 'gauge';
        const fill = element('i', '');
        fill.style.width = Math.max(0, Math.min(100, percent(figures.value))) + '%';
        gauge.append(fill);
        box.append(gauge);
      }
      return box;
    };
  }

  // Figures do not wrap: their column is as wide as the widest of them.
  const pen = document.createElement('canvas').getContext('2d');
  const rem = parseFloat(getComputedStyle(root).fontSize);
  function width(text, size) {
    pen.font = `${size * rem}px ${getComputedStyle(document.body).fontFamily}`;
    return pen.measureText(text).width;
  }
  const widest = (least, texts) => Math.ceil(Math.max(least, ...texts.map(([text, size]) => width(text, size) + 1.5 * rem)));

  // Numbers sort by value, those that are missing last in both directions.
  const byNumber = (a, b, rowA, rowB, column, direction) => {
    const missing = direction === 'asc' ? Infinity : -Infinity;
    const left = a === null || a === undefined ? missing : a;
    const right = b === null || b === undefined ? missing : b;
    return left === right ? 0 : left < right ? -1 : 1;
  };

  function table() {
    const varies = key => new Set(data.entries.map(e => e[key]).filter(v => v !== null && v !== '')).size > 1;
    const text = (title, field, minWidth) =>
      ({title, field, minWidth, headerFilter: 'input', headerFilterPlaceholder: 'filter', widthGrow: 2});
    const number = (title, field, minWidth) =>
      ({title, field, minWidth, hozAlign: 'right', headerHozAlign: 'right', sorter: byNumber, cssClass: 'figure'});
    const known = key => data.entries.some(e => e[key] !== null && e[key] !== '');
    const texts = (test, specs) => specs.filter(spec => test(spec[1])).map(spec => text(...spec));
    const what = {...text('Perturbation', 'perturbation', 150), formatter: perturbation, cssClass: 'what', frozen: innerWidth > 900};
    const strength = {...text('Strength', 'strength', 104),
      sorter: (a, b, rowA, rowB) => rowA.getData().order - rowB.getData().order || a.localeCompare(b)};
    const kind = [text('Kind', 'kind', 98), ...texts(known, [['Family', 'family', 96], ['Objective', 'objective', 112]])];
    const how = [
      ...(known('steps') ? [number('Steps', 'steps', 72)] : []),
      ...texts(varies, [['Side', 'side', 80], ['Knowledge', 'knowledge', 110], ['Dialect', 'dialect', 120]])
    ];
    const figures = [
      ...data.columns.map((column, i) => {
        const texts = data.entries.flatMap(e => [[e.cells[i].text, .9], [e.cells[i].interval || '', .78]]);
        return {...number(escape(column.label), 'm' + i, widest(90, texts)), formatter: figure(column, i)};
      }),
      {...number('R@1 kept', 'relative_value', widest(88, data.entries.map(e => [e.relative || '', .9]))), formatter: cell => element('span', cell.getData().relative)},
      ...(varies('queries') ? [number('Queries', 'queries', 84)] : [])
    ];
    // On a narrow screen the figures come first, the rest is a swipe away.
    const columns = innerWidth > 700
      ? [what, ...kind, strength, ...how, ...figures]
      : [what, strength, ...figures, ...kind, ...how];
    const rows = data.entries.map(entry => {
      const row = {...entry};
      entry.cells.forEach((cell, i) => { row['m' + i] = cell.value; });
      return row;
    });
    new Tabulator('#table', {
      data: rows,
      columns,
      layout: 'fitColumns',
      renderVertical: 'basic',
      ...(rows.length > 30 ? {maxHeight: '46rem'} : {}),
      placeholder: 'No line matches the filters',
      columnDefaults: {resizable: false, headerSortTristate: true, headerWordWrap: true, vertAlign: 'middle'}
    });
    root.classList.add('enhanced');
  }

  table();
})();
