extension LessonPage {
    /// How the page looks: one readable column, in the colors that the reader prefers.
    static let style = """
        :root { --ink: #1d1f24; --soft: #5b606b; --ground: #ffffff; --panel: #f4f5f7;
          --line: #d9dce2; --accent: #0b62a8; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8eaee; --soft: #a3a9b5; --ground: #15171b; --panel: #1e2127;
            --line: #363b44; --accent: #7fbcf2; }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 2rem 1.2rem 4rem; max-width: 60rem; color: var(--ink);
          background: var(--ground); line-height: 1.65; word-break: keep-all;
          overflow-wrap: break-word; font-family: system-ui, -apple-system, "Segoe UI",
          "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans", sans-serif; }
        header, main > p, main > section, main > pre { max-width: 44rem; }
        h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 .4rem; }
        h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
        .lead { font-size: 1.1rem; color: var(--soft); margin: 0 0 .4rem; }
        .source { font-size: .85rem; color: var(--soft); }
        cite { font-style: normal; }
        pre, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "D2Coding",
          "Noto Sans Mono", monospace; font-size: .92em; }
        pre { background: var(--panel); padding: .8rem 1rem; border-radius: .4rem;
          overflow-x: auto; line-height: 1.5; }
        details { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .9rem;
          margin: .5rem 0; }
        summary { cursor: pointer; font-weight: 600; }
        summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        figure { margin: 2rem 0; }
        figure svg { max-width: 100%; height: auto; display: block; }
        figcaption { color: var(--soft); font-size: .92rem; margin-top: .4rem; max-width: 44rem; }
        .wide { overflow-x: auto; }
        .dark { display: none; }
        @media (prefers-color-scheme: dark) {
          .light { display: none; }
          .dark { display: block; }
        }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .95rem; }
        caption { text-align: left; font-weight: 600; padding-bottom: .4rem; white-space: nowrap; }
        th, td { padding: .25rem .8rem; border-bottom: 1px solid var(--line); text-align: right;
          white-space: nowrap; }
        th[scope="row"], td.words { text-align: left; font-weight: 500; }
        .checks td, .checks th { text-align: left; white-space: normal; }
        @media print { details > * { display: block; } }
        """
}
