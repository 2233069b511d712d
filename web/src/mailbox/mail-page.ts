const image = /<img\b[^>]*>/gi;
/** Whether there is something to see besides the image of one pixel that notices an open. */
export const hasImages = (html: string): boolean => (html.match(image) ?? []).some((tag) => !/width="?1\b/i.test(tag));

/** The mail's HTML with a policy of its own: no script, links open beside the admin, images only when wanted. */
export function mailPage(html: string, images: boolean): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src ${images ? '* data:' : 'data:'}`;
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}"><base target="_blank">`;
  const shown = images ? html : html.replace(image, (tag) => tag.replace(/\ssrc=/i, ' data-src='));
  return /<head[^>]*>/i.test(shown) ? shown.replace(/<head[^>]*>/i, (tag) => tag + head) : head + shown;
}
