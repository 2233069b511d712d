import { escapeHtml } from './liquid.ts';

/**
 * The look of a mail made of blocks: one column of 600 px in tables (Outlook lays out nothing else), styles inline (Gmail drops the sheet in
 * some clients), and a sheet besides for dark mode and small screens. Colours keep AA contrast in both.
 */

/** What every mail of a workspace shares. */
export interface MailShell {
  /** BCP 47, such as "en" or "pt-BR"; sets lang and the direction of writing. */
  language: string;
  /** #rrggbb of buttons and links ["#3b5bdb"]. */
  accent?: string | undefined;
  /** Who writes, shown at the top; nothing there when missing. */
  brand?: string | undefined;
}

const font = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const ink = '#1c2430';
const softInk = '#5c6675';
const paper = '#ffffff';
const ground = '#f4f5f7';
const line = '#e3e6ea';
const defaultAccent = '#3b5bdb';

const rightToLeft = /^(?:ar|dv|fa|he|ks|ps|sd|ug|ur|yi)(?:-|$)/i;
export const directionOf = (language: string): 'ltr' | 'rtl' => (rightToLeft.test(language) ? 'rtl' : 'ltr');

/** Nothing but #rrggbb gets into a style. */
export const accentOf = (shell: MailShell): string =>
  shell.accent !== undefined && /^#[0-9a-f]{6}$/i.test(shell.accent) ? shell.accent.toLowerCase() : defaultAccent;

/** Relative luminance (WCAG 2.2), 0 to 1. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
const onAccent = (accent: string): string => (1.05 / (luminance(accent) + 0.05) >= 4.5 ? '#ffffff' : '#111111');
/** Links are text on paper: an accent too pale to be read there gives way to ink. */
const linkColour = (accent: string): string => (1.05 / (luminance(accent) + 0.05) >= 4.5 ? accent : ink);

/** Blanks after the preheader, so that inboxes do not fill the preview with the first lines of the mail. */
const previewPadding = '&#847;&zwnj;&nbsp;'.repeat(40);

export const preheaderHtml = (text: string): string =>
  text === ''
    ? ''
    : `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all;font-size:1px;line-height:1px;color:${ground};opacity:0">${escapeHtml(text)}${previewPadding}</div>\n`;

export const headingHtml = (inner: string): string =>
  row(`<h1 class="ink" style="margin:0;font:700 26px/1.25 ${font};color:${ink}">${inner}</h1>`, '8px 0 12px');
export const paragraphHtml = (inner: string): string =>
  `<p class="ink" style="margin:0 0 16px;font:400 16px/1.6 ${font};color:${ink}">${inner}</p>\n`;
export const textHtml = (paragraphs: string): string => row(paragraphs, '4px 0 0');
export const linkHtml = (label: string, href: string, shell: MailShell): string =>
  `<a class="link" href="${escapeHtml(href)}" style="color:${linkColour(accentOf(shell))};text-decoration:underline">${label}</a>`;
export const dividerHtml = (): string =>
  row(
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="line" style="border-top:1px solid ${line};font-size:1px;line-height:1px">&nbsp;</td></tr></table>`,
    '12px 0 20px',
  );

/** The colour is on the cell and the padding on the link, so the whole button is a target, in Outlook too. */
export function buttonHtml(label: string, href: string, shell: MailShell): string {
  const accent = accentOf(shell);
  return row(
    `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" bgcolor="${accent}" style="border-radius:8px;background:${accent};mso-padding-alt:14px 28px">` +
      `<a href="${escapeHtml(href)}" style="display:inline-block;padding:14px 28px;border-radius:8px;font:600 16px/1.2 ${font};color:${onAccent(accent)};text-decoration:none">${label}</a></td></tr></table>`,
    '8px 0 24px',
  );
}

export function imageHtml(source: string, alt: string, href: string | null): string {
  const image = `<img class="soft" src="${escapeHtml(source)}" alt="${escapeHtml(alt)}" width="536" style="display:block;width:100%;max-width:536px;height:auto;border:0;border-radius:8px;font:400 14px/1.5 ${font};color:${softInk}">`;
  return row(href === null ? image : `<a href="${escapeHtml(href)}">${image}</a>`, '4px 0 20px');
}

const row = (inner: string, padding: string): string => `<tr><td style="padding:${padding}">${inner}</td></tr>\n`;

/** What stands under every mail: why it came, how to stop it, who sent it from where. */
export interface FooterText {
  why: string;
  postalAddress: string;
  /** Label and address of each link. */
  links: { label: string; href: string }[];
}

export function footerHtml(footer: FooterText): string {
  const style = `margin:0 0 8px;font:400 13px/1.5 ${font};color:${softInk}`;
  const links = footer.links
    .map(
      (link) =>
        `<a class="soft" href="${escapeHtml(link.href)}" style="color:${softInk};text-decoration:underline">${escapeHtml(link.label)}</a>`,
    )
    .join(' &nbsp;·&nbsp; ');
  return (
    (footer.why === '' ? '' : `<p class="soft" style="${style}">${escapeHtml(footer.why)}</p>\n`) +
    (links === '' ? '' : `<p class="soft" style="${style}">${links}</p>\n`) +
    (footer.postalAddress === ''
      ? ''
      : `<p class="soft" style="${style}">${escapeHtml(footer.postalAddress.replace(/\s*\n\s*/g, ', '))}</p>\n`)
  );
}

const sheet = `:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%}
@media (max-width:620px){.card{padding:24px 20px!important}.outer{padding:12px 0!important}}
@media (prefers-color-scheme:dark){.ground{background:#12151a!important}.card{background:#1c2027!important}.ink{color:#e8ebef!important}.soft{color:#a3acb9!important}.line{border-color:#333a44!important}.link{color:#a9bcff!important}}
[data-ogsc] .ink{color:#e8ebef!important}[data-ogsc] .soft{color:#a3acb9!important}[data-ogsc] .link{color:#a9bcff!important}`;

/** Everything around the blocks, made once per language, accent and brand. */
export function shellHtml(shell: MailShell): {
  beforeTitle: string;
  afterTitle: string;
  afterPreheader: string;
  afterBlocks: string;
  afterFooter: string;
} {
  const language = /^[A-Za-z0-9-]{2,35}$/.test(shell.language) ? shell.language : 'en';
  const direction = directionOf(language);
  const brand = shell.brand
    ? `<p class="soft" style="margin:0 0 20px;font:600 15px/1.4 ${font};color:${softInk}">${escapeHtml(shell.brand)}</p>`
    : '';
  return {
    beforeTitle:
      `<!doctype html>\n<html lang="${language}" dir="${direction}">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width,initial-scale=1">\n` +
      '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n<meta name="x-apple-disable-message-reformatting">\n' +
      '<meta name="format-detection" content="telephone=no,address=no,email=no,date=no">\n<title>',
    afterTitle: `</title>\n<style>\n${sheet}\n</style>\n</head>\n<body class="ground" style="margin:0;padding:0;background:${ground}">\n`,
    afterPreheader:
      `<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${ground}"><tr><td class="outer" align="center" style="padding:32px 12px">\n` +
      `<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->\n` +
      `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;margin:0 auto">\n` +
      `<tr><td class="card" style="padding:32px;background:${paper};border-radius:12px">\n${brand}` +
      '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">\n',
    afterBlocks: '</table>\n</td></tr>\n<tr><td style="padding:24px 32px;text-align:center">\n',
    afterFooter: '</td></tr>\n</table>\n<!--[if mso]></td></tr></table><![endif]-->\n</td></tr></table>\n',
  };
}

export const pixelHtml = (address: string): string =>
  `<img src="${escapeHtml(address)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">\n`;
