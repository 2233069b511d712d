/** A page for people outside: no script, no storage, readable in light and dark and at 200 %. */
export function page(title: string, body: string, language = 'en'): string {
  return `<!doctype html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer"><title>${escapeHtml(title)}</title><style>
:root{color-scheme:light dark;--ink:#1a1d24;--soft:#5b6270;--paper:#fff;--ground:#f5f6f8;--line:#d9dce2;--accent:#2f5fd0;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#eceef2;--soft:#a5acb8;--paper:#1b1e25;--ground:#121419;--line:#3a3f4a;--accent:#8eb0ff;--bad:#ff8a80}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
main{max-width:520px;margin:8vh auto;padding:32px;background:var(--paper);border:1px solid var(--line);border-radius:10px}
@media(max-width:560px){main{margin:0;min-height:100vh;border:0;border-radius:0;padding:24px}}
h1{font-size:24px;line-height:1.25;margin:0 0 12px}p{margin:0 0 16px}.soft{color:var(--soft);font-size:14px}.bad{color:var(--bad)}
label{display:block;font-weight:500;margin:16px 0 4px}input,select,textarea{width:100%;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:6px;padding:9px 11px}
textarea{min-height:120px}input[type=checkbox]{width:20px;height:20px;flex:none;margin:2px 0 0}.check{display:flex;gap:10px;align-items:flex-start;font-weight:400;margin:20px 0}
button{font:inherit;font-weight:500;color:var(--paper);background:var(--accent);border:0;border-radius:6px;padding:10px 18px;margin-top:20px;cursor:pointer}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
a{color:var(--accent)}.trap{position:absolute;left:-9999px}
</style></head><body><main>${body}</main></body></html>`;
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[letter]!);

export const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
