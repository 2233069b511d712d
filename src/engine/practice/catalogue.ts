import type { JsonObject } from '#contract/json.ts';

/** The business that people of a practice workspace visit: Linden Studio, which makes and looks after websites. */

export const site = 'https://www.linden-studio.example';
export const currency = 'EUR';

export interface Page {
  path: string;
  title: string;
}
const page = (path: string, title: string): Page => ({ path, title: `${title} – Linden Studio` });

export const home = page('/', 'Websites that work for you');
export const pricing = page('/pricing', 'Prices');
export const booking = page('/meet', 'Pick a time');
export const signUp = page('/sign-up', 'Sign up');
export const contact = page('/contact', 'Write to us');
export const portal = page('/portal', 'Your projects');
export const reading = [
  page('/work', 'What we have made'),
  page('/projects/rose-bakery', 'Rose Bakery'),
  page('/projects/harbour-clinic', 'Harbour Clinic'),
  page('/about', 'Who we are'),
  page('/blog/first-impression', 'The first five seconds'),
  page('/blog/words-that-sell', 'Words before pictures'),
  page('/blog/faster-pages', 'Why quick pages earn more'),
];

export interface Service {
  key: string;
  name: string;
  price: number;
  share: number;
  page: Page;
  /** Bought by a few clicks; the others need a conversation first. */
  online: boolean;
}
const service = (key: string, name: string, price: number, share: number, online: boolean): Service => ({
  key,
  name,
  price,
  share,
  online,
  page: page(`/services/${key}`, name),
});

export const services: readonly Service[] = [
  service('website-check-up', 'Website check-up', 290, 34, true),
  service('landing-page', 'Landing page', 890, 22, true),
  service('care-plan', 'Care plan, one year', 1_080, 20, true),
  service('brand-workshop', 'Brand workshop', 1_450, 12, false),
  service('new-website', 'New website', 4_800, 16, false),
];

/** A service as Segment's ecommerce spec writes a product. */
export const productOf = (each: Service): JsonObject => ({
  product_id: each.key,
  name: each.name,
  price: each.price,
  quantity: 1,
  currency,
  category: 'Services',
  url: site + each.page.path,
});

/** Where visitors come from: what the browser and the address of the landing page say about it. */
export interface Source {
  share: number;
  referrer: string;
  campaign: { source: string; medium: string; name: string } | null;
  /** How likely a visitor from there tells us who they are. */
  signsUp: number;
}
export const sources: readonly Source[] = [
  { share: 34, referrer: 'https://www.google.com/', campaign: null, signsUp: 0.45 },
  { share: 8, referrer: 'https://duckduckgo.com/', campaign: null, signsUp: 0.5 },
  {
    share: 18,
    referrer: 'https://www.google.com/',
    campaign: { source: 'google', medium: 'cpc', name: 'website-check-up' },
    signsUp: 0.55,
  },
  {
    share: 10,
    referrer: 'https://www.linkedin.com/',
    campaign: { source: 'linkedin', medium: 'paid-social', name: 'spring-relaunch' },
    signsUp: 0.5,
  },
  { share: 12, referrer: '', campaign: { source: 'partner-newsletter', medium: 'email', name: 'harbour-letter-12' }, signsUp: 0.65 },
  { share: 10, referrer: 'https://rose-bakery.example/', campaign: null, signsUp: 0.75 },
  { share: 8, referrer: '', campaign: null, signsUp: 0.35 },
];
