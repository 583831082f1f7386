/** The style sheet of the report: one accent colour, light and dark, one column on a narrow screen. */
export const reportStyle = `
:root {
  --page: #fbfaf8; --card: #ffffff; --ink: #1d1c1a; --quiet: #6b6862; --line: #e6e3dd; --accent: #b4552d;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #161513; --card: #1f1e1b; --ink: #efece6; --quiet: #a19d95; --line: #35332f; --accent: #e58e63; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); }
main { max-width: 1180px; margin: 0 auto; padding: clamp(1.25rem, 4vw, 3.5rem); }
h1 { font-size: clamp(1.7rem, 4vw, 2.6rem); line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 0.5rem; text-wrap: balance; }
h2 { font-size: 1.15rem; letter-spacing: -0.01em; margin: 0 0 1rem; }
header p { color: var(--quiet); max-width: 62ch; margin: 0; }
section { margin-top: clamp(2rem, 5vw, 3.25rem); }
figure { margin: 0; }
figcaption { font-weight: 600; font-size: 0.95rem; }
figcaption span { display: block; font-weight: 400; font-size: 0.85rem; color: var(--quiet); }
.pictures, .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 1.5rem; }
.pictures img { display: block; width: 100%; height: auto; border-radius: 10px; margin-bottom: 0.6rem; }
.headlines { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.headlines div { background: var(--card); padding: 1rem 1.2rem; }
.headlines strong { display: block; font-size: 1.7rem; font-weight: 600; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.headlines span { color: var(--quiet); font-size: 0.85rem; }
.charts figure { display: flex; flex-direction: column; justify-content: space-between; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem 0.7rem; }
.charts svg { display: block; width: 100%; height: auto; margin-top: 0.6rem; overflow: visible; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums; }
svg .value { fill: var(--ink); font-weight: 600; }
svg .grid { stroke: var(--line); }
svg .axis { stroke: var(--quiet); }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round; }
svg .end { fill: var(--accent); }
svg .points { stroke: var(--quiet); stroke-opacity: 0.35; stroke-width: 0.4; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 2.5rem; align-items: start; }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.45rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 400; color: var(--quiet); padding-right: 1.5rem; }
td { text-align: right; overflow-wrap: anywhere; }
`;
