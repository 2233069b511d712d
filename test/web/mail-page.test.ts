import { expect, it } from 'vitest';
import { hasImages, mailPage } from '../../web/src/mailbox/mail-page.ts';

const pixel = '<img src="https://x/o/1" width="1" height="1" alt="">';
const picture = '<img alt="" src="https://x/cat.png">';

it('leaves every image away until it is asked for, so that looking is not opening', () => {
  const page = mailPage(`<html><head></head><body>${picture}${pixel}</body></html>`, false);
  expect(page).not.toMatch(/<img[^>]*\ssrc=/);
  expect(page).toContain('img-src data:"');
  expect(mailPage(picture, true)).toContain(picture);
});

it('puts the policy first, also where the mail has no head', () => {
  for (const html of ['<p>Hello</p>', '<html><HEAD lang="en"><title>x</title></HEAD></html>']) {
    const page = mailPage(html, false);
    expect(page.indexOf('Content-Security-Policy')).toBeGreaterThan(-1);
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(60);
  }
});

it('sees an image besides the one that notices an open', () => {
  expect(hasImages(pixel)).toBe(false);
  expect(hasImages(pixel + picture)).toBe(true);
});
