namespace UserNvme.Cli.Perf.Report;

/// <summary>The style sheet of the report: light, dark as the reader's system is, and paper.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root {
          color-scheme: light dark;
          --page: #fbfbfa; --card: #ffffff; --ink: #1d2125; --soft: #5c6670; --line: #dfe3e6; --grid: #eceff1;
          --read: #1f6fb2; --write: #c4560e; --trim: #1d8a5b; --sync: #7a4fb5; --bad: #b3261e;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #14171a; --card: #1c2024; --ink: #e7eaed; --soft: #9fa9b2; --line: #343b42; --grid: #282e34;
            --read: #63b0f0; --write: #f0954f; --trim: #57c793; --sync: #b794ec; --bad: #ff8a80;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
          font-variant-numeric: tabular-nums;
        }
        main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 48px; }
        h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
        h2 { font-size: 18px; margin: 36px 0 10px; }
        h3 { font-size: 14px; font-weight: 600; margin: 0 0 6px; overflow-wrap: anywhere; }
        p { margin: 0 0 8px; }
        .soft { color: var(--soft); }
        code {
          display: block; margin: 12px 0 0; padding: 9px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--card);
          font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere;
        }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 22px 0 0; }
        .tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
        .tile b { display: block; font-size: 23px; line-height: 1.3; font-weight: 600; white-space: nowrap; }
        .tile span { color: var(--soft); font-size: 13px; }
        .warn { border-left: 4px solid var(--bad); padding: 8px 12px; margin: 16px 0 0; background: var(--card); overflow-wrap: anywhere; }
        .card + .card { margin-top: 12px; }
        .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(460px, 100%), 1fr)); gap: 12px; }
        .two .card { margin: 0; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
        th, td { padding: 6px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
        th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
        tr:last-child td { border-bottom: 0; }
        th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; overflow-wrap: anywhere; min-width: 180px; }
        td:last-child, th:last-child { padding-right: 0; }
        tr.total td { font-weight: 600; border-top: 2px solid var(--line); }
        table.facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
        table.facts td:first-child { width: 34%; min-width: 120px; color: var(--soft); }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 4px; font-size: 13px; color: var(--soft); }
        .legend span { display: inline-flex; align-items: center; gap: 7px; overflow-wrap: anywhere; }
        .legend svg { width: 30px; height: 10px; flex: none; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--soft); font-size: 12px; }
        svg text.title { font-size: 12.5px; }
        svg text.note { fill: var(--ink); font-size: 11.5px; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
        .grid { stroke: var(--grid); stroke-width: 1; fill: none; }
        .frame { stroke: var(--line); stroke-width: 1.2; fill: none; }
        .mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; opacity: .55; fill: none; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .read { --c: var(--read); } .write { --c: var(--write); } .trim { --c: var(--trim); } .sync { --c: var(--sync); }
        .line { stroke: var(--c); } .bar { fill: var(--c); } .key { color: var(--c); }
        .d1 { stroke-dasharray: 7 4; } .d2 { stroke-dasharray: 2 3; } .d3 { stroke-dasharray: 9 3 2 3; }
        .key { display: inline-block; width: 9px; height: 9px; border-radius: 2px; background: var(--c); margin-right: 7px; }
        @media print {
          :root {
            color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --grid: #e3e3e3;
            --read: #1f6fb2; --write: #c4560e; --trim: #1d8a5b; --sync: #7a4fb5; --bad: #b3261e;
          }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          body { font-size: 12px; }
          main { max-width: none; padding: 0; }
          table { font-size: 10.5px; }
          th, td { padding: 4px 5px; }
          th:first-child, td:first-child { min-width: 110px; }
          .card, .tile, tr, figure { break-inside: avoid; }
          h2 { break-after: avoid; }
          .scroll { overflow: visible; }
        }
        """;
}
