(() => {
  'use strict';
  const root = document.documentElement;
  root.classList.add('js');
  const data = JSON.parse(document.getElementById('page-data').textContent);
  const symbols = ['circle', 'rect', 'triangle', 'diamond'];
  const dashes = ['solid', [6, 3], [2, 2]];
  const colors = 8;

  const css = name => getComputedStyle(root).getPropertyValue(name).trim();
  const escape = text => String(text).replace(/[&<>"']/g, c => '&#' + c.charCodeAt(0) + ';');
  const color = i => css('--series-' + (i % colors + 1));
  const symbol = i => symbols[i % symbols.length];
  const dash = i => dashes[Math.floor(i / colors) % dashes.length];
  const percent = fraction => 100 * fraction;

  // ECharts tells curves apart by name; the position makes names unique.
  const curveName = i => 'curve-' + i;

  function marker(i) {
    const shapes = {
      circle: '<circle cx="13" cy="6" r="4"/>',
      rect: '<rect x="9.5" y="2.5" width="7" height="7"/>',
      triangle: '<path d="M13 1.5 17.5 10h-9z"/>',
      diamond: '<path d="M13 1 18 6 13 11 8 6z"/>'
    };
    const style = dash(i);
    const stroke = style === 'solid' ? '' : ` stroke-dasharray="${style.join(' ')}"`;
    return `<svg width="26" height="12" aria-hidden="true" fill="${color(i)}">`
      + `<path d="M0 6h26" stroke="${color(i)}" stroke-width="2"${stroke}/>${shapes[symbol(i)]}</svg>`;
  }

  function curve(series, i) {
    const bounded = series.points.filter(p => p.low !== null && p.high !== null && p.high > p.low && p.x > 0);
    return {
      name: curveName(i),
      type: 'line',
      data: series.points.map(p => [p.x, percent(p.y)]),
      symbol: symbol(i),
      symbolSize: 8,
      showAllSymbol: true,
      color: color(i),
      // One measured point: what lies between it and the clean value is not known.
      lineStyle: series.points.length > 2 ? {width: 2, type: dash(i)} : {width: 1, type: 'dotted', opacity: 0.6},
      emphasis: {focus: 'series'},
      z: 3,
      markLine: {
        silent: true,
        symbol: 'none',
        animation: false,
        label: {show: false},
        lineStyle: {type: 'solid', width: 1.5, opacity: 0.6, color: color(i)},
        data: bounded.map(p => [{coord: [p.x, percent(p.low)]}, {coord: [p.x, percent(p.high)]}])
      }
    };
  }

  // At most eight ticks; budgets of linf are mostly powers of 2.
  function tickStep(strongest, binary) {
    const steps = binary ? [1, 2, 4, 8] : [1, 2, 2.5, 5, 10];
    const base = binary ? 16 : 10;
    let unit = Math.pow(base, Math.floor(Math.log(Math.max(strongest, 1e-9) / 8) / Math.log(base)));
    while (true) {
      for (const step of steps) {
        if (strongest / (step * unit) <= 8 + 1e-9) {
          return step * unit;
        }
      }
      unit *= base;
    }
  }

  function option(chart) {
    const first = chart.series[0].points[0];
    const strongest = Math.max(chart.end || 0, ...chart.series.flatMap(s => s.points.map(p => p.x)));
    const step = tickStep(strongest, chart.binary);
    const end = step * Math.max(1, Math.ceil(strongest / step - 1e-9));
    const text = {color: css('--muted'), fontFamily: getComputedStyle(document.body).fontFamily};
    const axis = {
      type: 'value',
      nameTextStyle: {...text, fontSize: 12},
      axisLabel: {...text, fontSize: 12, hideOverlap: true},
      axisLine: {lineStyle: {color: css('--strong-line')}},
      splitLine: {lineStyle: {color: css('--line')}}
    };
    const curves = chart.series.map(curve);
    if (first.x === 0) {
      curves.push({
        name: 'clean',
        type: 'line',
        silent: true,
        symbol: 'none',
        color: css('--muted'),
        data: [[0, percent(first.y)], [end, percent(first.y)]],
        lineStyle: {width: 1.5, type: 'dashed'},
        tooltip: {show: false},
        z: 2
      });
    }
    return {
      animation: false,
      grid: {left: 46, right: 20, top: 34, bottom: 46},
      legend: {show: false},
      tooltip: {
        trigger: 'axis',
        confine: true,
        axisPointer: {type: 'line', snap: true, lineStyle: {color: css('--strong-line')}},
        backgroundColor: css('--surface'),
        borderColor: css('--strong-line'),
        textStyle: {color: css('--text'), fontSize: 13},
        formatter: hits => tooltip(chart, hits)
      },
      xAxis: {
        ...axis, name: chart.axis, nameLocation: 'middle', nameGap: 28, min: 0, max: end, interval: step,
        splitLine: {show: false}
      },
      yAxis: {...axis, name: 'R@1, %', nameTextStyle: {...axis.nameTextStyle, align: 'left', padding: [0, 0, 0, -38]}, min: 0, max: 100, interval: 25},
      series: curves
    };
  }

  function tooltip(chart, hits) {
    const shown = hits.filter(hit => hit.seriesIndex < chart.series.length);
    if (shown.length === 0) {
      return '';
    }
    const x = shown[0].value[0];
    const lines = shown.map(hit => {
      const series = chart.series[hit.seriesIndex];
      return `${marker(hit.seriesIndex)} ${escape(series.name)}: <b>${escape(series.points[hit.dataIndex].text)}</b>`;
    });
    const strength = Number(x.toPrecision(4));
    const head = chart.binary ? `epsilon ${strength}/255` : `${escape(chart.axis)} ${strength}`;
    return `<div style="white-space:normal;max-width:420px">${head}<br>${lines.join('<br>')}</div>`;
  }

  function draw(chart) {
    const plot = document.getElementById(chart.id);
    const legend = document.getElementById(chart.id + '-legend');
    const drawing = echarts.init(plot);
    const refresh = () => {
      drawing.setOption(option(chart));
      legend.querySelectorAll('button').forEach((button, i) => {
        button.querySelector('svg').outerHTML = marker(i);
      });
    };
    chart.series.forEach((series, i) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.setAttribute('aria-pressed', 'true');
      button.innerHTML = marker(i);
      button.append(series.name);
      button.addEventListener('click', () => {
        const pressed = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', String(pressed));
        drawing.dispatchAction({type: pressed ? 'legendSelect' : 'legendUnSelect', name: curveName(i)});
      });
      legend.append(button);
    });
    refresh();
    new ResizeObserver(() => drawing.resize()).observe(plot);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refresh);
  }

  data.charts.forEach(draw);
  window.holdfast = {data, escape, percent};
})();
