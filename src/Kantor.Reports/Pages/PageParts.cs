namespace Kantor.Reports.Pages;

/// <summary>Style and script of the pages. The page may load nothing: its policy forbids every address.</summary>
internal static class PageParts
{
    public const string Policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

    public const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #ffffff; --panel: #f5f7f9; --edge: #d5dbe1;
          --c0: #0067a8; --c1: #c44500; --c2: #00795c; --c3: #a3357f; --c4: #7a5c00; --c5: #4a3fb5; --c6: #5c6670; --c7: #b3002d; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e7ebef; --soft: #a3adb8; --paper: #14171a; --panel: #1c2126; --edge: #363d45;
            --c0: #5fb4f0; --c1: #ff9a5c; --c2: #4fd0ad; --c3: #f08bcf; --c4: #e3c04f; --c5: #aaa2ff; --c6: #b4bec8; --c7: #ff7d95; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1320px; margin: 0 auto; padding: 20px 16px 48px; }
        h1 { font-size: 1.5rem; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 32px 0 8px; } h3 { font-size: .95rem; margin: 0 0 4px; }
        p { margin: 4px 0; } .soft { color: var(--soft); } .notice { border-left: 4px solid var(--c1); padding: 4px 12px; background: var(--panel); }
        pre { background: var(--panel); border: 1px solid var(--edge); border-radius: 6px; padding: 10px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
        dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 16px; margin: 8px 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        details { border: 1px solid var(--edge); border-radius: 8px; margin: 10px 0; padding: 8px 12px; } summary { cursor: pointer; font-weight: 600; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 14px; margin: 12px 0; }
        .pairs { grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 460px)); }
        figure { margin: 0; padding: 10px; background: var(--panel); border-radius: 8px; min-width: 0; } figure svg { display: block; width: 100%; height: auto; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 8px 0; } .key { width: 34px; height: 12px; margin-right: 6px; }
        svg text { fill: var(--soft); font: 13px system-ui, sans-serif; } .grid { stroke: var(--edge); fill: none; } .axis { stroke: var(--soft); fill: none; }
        .line { fill: none; stroke: var(--c); stroke-width: 2; } .band { fill: var(--c); opacity: .16; } .range { stroke: var(--c); opacity: .6; } .dot { fill: var(--c); }
        .s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); } .s4 { --c: var(--c4); } .s5 { --c: var(--c5); } .s6 { --c: var(--c6); } .s7 { --c: var(--c7); }
        .cursor { stroke: var(--ink); opacity: .5; } svg[data-plot] { cursor: crosshair; } svg[data-plot]:focus-visible { outline: 2px solid var(--c0); } output { display: block; min-height: 3em; font-size: 13px; color: var(--soft); }
        .stack { display: flex; height: 18px; border-radius: 4px; overflow: hidden; background: var(--edge); min-width: 160px; } .stack span { background: var(--c); min-width: 1px; }
        .swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; background: var(--c); margin-right: 6px; } .strong { font-weight: 700; color: var(--ink); }
        .wide { overflow-x: auto; border: 1px solid var(--edge); border-radius: 8px; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 13px; white-space: nowrap; }
        th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--edge); } th { background: var(--panel); } tr:last-child td { border-bottom: 0; }
        .name { text-align: left; } th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 2px solid var(--c0); }
        th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
        """;

    /// <summary>
    /// Sorts a table by the column whose button is pressed, cells without a figure last; reads the values of all lines of a chart at the
    /// pointer, or at the place that the arrow keys move to.
    /// </summary>
    public const string Script = """
        for (const table of document.querySelectorAll('table.sorts')) {
          const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
          const value = (row, at) => row.cells[at].dataset.v ?? '';
          heads.forEach((head, at) => head.querySelector('button').addEventListener('click', () => {
            const sign = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
            heads.forEach(other => other.removeAttribute('aria-sort'));
            head.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
            const compare = (a, b) => {
              const [p, q] = [value(a, at), value(b, at)];
              if (p === '' || q === '') return (p === '') - (q === '');
              return sign * (head.classList.contains('name') ? (p > q) - (p < q) : Number(p) - Number(q));
            };
            body.append(...[...body.rows].sort(compare));
          }));
        }
        for (const svg of document.querySelectorAll('svg[data-plot]')) {
          const [left, right, top, bottom, xMax, yMax] = svg.dataset.plot.split(' ').map(Number);
          const lines = [...svg.querySelectorAll('path.line')].map(path => ({ name: path.dataset.name, points: path.getAttribute('d').slice(1).split('L').map(pair => pair.split(',').map(Number)) }));
          const short = figure => String(Number(figure.toPrecision(3)));
          let at = null;
          const show = () => {
            svg.querySelector('.cursor').setAttribute('d', `M${at} ${top}V${bottom}`);
            const near = line => line.points.reduce((best, point) => Math.abs(point[0] - at) < Math.abs(best[0] - at) ? point : best);
            svg.nextElementSibling.value = `${short((at - left) / (right - left) * xMax)} s: ` + lines.map(line => `${line.name} ${short((bottom - near(line)[1]) / (bottom - top) * yMax)}`).join(', ');
          };
          const move = to => { at = Math.min(right, Math.max(left, to)); show(); };
          svg.addEventListener('pointermove', event => { const box = svg.getBoundingClientRect(); move((event.clientX - box.left) / box.width * svg.viewBox.baseVal.width); });
          svg.addEventListener('keydown', event => {
            const step = { ArrowLeft: -3, ArrowRight: 3 }[event.key];
            if (step === undefined) return;
            event.preventDefault();
            move((at ?? left) + step);
          });
        }
        """;
}
