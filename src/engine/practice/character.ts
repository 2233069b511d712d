import type { JsonObject } from '#contract/json.ts';
import { between, chanceOf, happens, pick, pickByShare } from './random.ts';

/** How somebody takes what a business sends them. Each number is a probability; together the shares give the crowd. */
export interface Temperament {
  name: string;
  share: number;
  opens: number;
  /** Follows a link in a mail that they have opened. */
  clicks: number;
  replies: number;
  /** Unsubscribes after a marketing mail that they have opened. */
  leaves: number;
  /** Books a meeting of their own accord in their first days. */
  books: number;
  /** Begins a checkout of their own accord in their first days. */
  shops: number;
  /** Leaves a checkout that they have begun. */
  abandons: number;
  /** After a click: books or buys. */
  actsOnClick: number;
  /** How often they come back to look around in their first weeks. */
  returns: number;
}
export const temperaments: readonly Temperament[] = [
  {
    name: 'eager',
    share: 18,
    opens: 0.94,
    clicks: 0.65,
    replies: 0.18,
    leaves: 0.003,
    books: 0.5,
    shops: 0.35,
    abandons: 0.2,
    actsOnClick: 0.55,
    returns: 5,
  },
  {
    name: 'careful',
    share: 24,
    opens: 0.84,
    clicks: 0.45,
    replies: 0.14,
    leaves: 0.006,
    books: 0.34,
    shops: 0.1,
    abandons: 0.45,
    actsOnClick: 0.35,
    returns: 4,
  },
  {
    name: 'bargain hunter',
    share: 14,
    opens: 0.72,
    clicks: 0.45,
    replies: 0.02,
    leaves: 0.015,
    books: 0.03,
    shops: 0.65,
    abandons: 0.65,
    actsOnClick: 0.4,
    returns: 3,
  },
  {
    name: 'reader',
    share: 20,
    opens: 0.78,
    clicks: 0.38,
    replies: 0.06,
    leaves: 0.01,
    books: 0.04,
    shops: 0.03,
    abandons: 0.8,
    actsOnClick: 0.06,
    returns: 6,
  },
  {
    name: 'silent',
    share: 14,
    opens: 0.15,
    clicks: 0.1,
    replies: 0.01,
    leaves: 0.01,
    books: 0.01,
    shops: 0.03,
    abandons: 0.6,
    actsOnClick: 0.02,
    returns: 0,
  },
  {
    name: 'weary',
    share: 10,
    opens: 0.6,
    clicks: 0.08,
    replies: 0.04,
    leaves: 0.12,
    books: 0.02,
    shops: 0.06,
    abandons: 0.7,
    actsOnClick: 0.05,
    returns: 1,
  },
];

interface Country {
  share: number;
  locale: string;
  first: readonly string[];
  last: readonly string[];
  cities: readonly { city: string; zone: string }[];
  companies: readonly string[];
}
const words = (text: string): string[] => text.split(', ');
const in_ = (zone: string, cities: string): { city: string; zone: string }[] => words(cities).map((city) => ({ city, zone }));

const countries: readonly Country[] = [
  {
    share: 30,
    locale: 'de-DE',
    first: words('Anna, Lukas, Marie, Jonas, Katharina, Felix, Sabine, Maximilian, Jürgen, Leonie, Thomas, Friederike'),
    last: words('Müller, Schneider, Fischer, Weber, Hoffmann, Köhler, Brandt, Vogel, Steinbach, Lindner, Groß, Bergmann'),
    cities: [
      ...in_('Europe/Berlin', 'Berlin, Hamburg, Leipzig, München, Köln'),
      ...in_('Europe/Vienna', 'Wien, Graz'),
      ...in_('Europe/Zurich', 'Zürich'),
    ],
    companies: words('Schreinerei Holzwerk, Praxis am Markt, Kaffeerösterei Nordlicht, Steuerkanzlei Berg, Yogahaus, Gärtnerei Sommer'),
  },
  {
    share: 16,
    locale: 'en-GB',
    first: words('Olivia, Harry, Amelia, George, Isla, Callum, Priya, Rhys, Eleanor, Tariq'),
    last: words('Walker, Hughes, Patel, Campbell, Evans, Murphy, Clarke, Ahmed, Fletcher, Moss'),
    cities: [...in_('Europe/London', 'London, Bristol, Leeds, Edinburgh'), ...in_('Europe/Dublin', 'Dublin, Cork')],
    companies: words('Harbour Physio, Tidewater Books, Oak & Iron Joinery, Bright Lane Dental, Fen Cycles'),
  },
  {
    share: 12,
    locale: 'fr-FR',
    first: words('Camille, Louis, Chloé, Hugo, Inès, Théo, Margaux, Amine, Élise, Baptiste'),
    last: words('Martin, Dubois, Lefèvre, Moreau, Girard, Benali, Rousseau, Chevalier, Mercier, Faure'),
    cities: in_('Europe/Paris', 'Paris, Lyon, Nantes, Lille'),
    companies: words('Atelier du Port, Cabinet Lumière, Maison Verte, Fournil des Halles'),
  },
  {
    share: 10,
    locale: 'es-ES',
    first: words('Lucía, Mateo, Carmen, Pablo, Sofía, Javier, Elena, Íñigo, Rocío, Álvaro'),
    last: words('García, Fernández, Romero, Navarro, Ibáñez, Molina, Ortega, Peña, Castillo, Vidal'),
    cities: in_('Europe/Madrid', 'Madrid, Valencia, Sevilla, Bilbao'),
    companies: words('Clínica del Sol, Taller Norte, Librería Mar, Olivar Casa'),
  },
  {
    share: 8,
    locale: 'it-IT',
    first: words('Giulia, Lorenzo, Chiara, Matteo, Francesca, Niccolò, Alessia, Davide'),
    last: words('Rossi, Ferrari, Esposito, Ricci, Colombo, Greco, Conti, Marchetti'),
    cities: in_('Europe/Rome', 'Milano, Torino, Bologna, Roma'),
    companies: words('Studio Colombo, Forno Antico, Casa Lago, Officina Sette'),
  },
  {
    share: 6,
    locale: 'pl-PL',
    first: words('Agnieszka, Piotr, Zofia, Tomasz, Małgorzata, Jakub, Hanna, Paweł'),
    last: words('Nowak, Kowalska, Wiśniewski, Zielińska, Wójcik, Dąbrowski, Lewandowska, Król'),
    cities: in_('Europe/Warsaw', 'Warszawa, Kraków, Wrocław, Gdańsk'),
    companies: words('Pracownia Brzoza, Klinika Zdrowie, Piekarnia Złota'),
  },
  {
    share: 5,
    locale: 'tr-TR',
    first: words('Elif, Mehmet, Zeynep, Can, Ayşe, Emre, Defne, Kerem'),
    last: words('Yılmaz, Demir, Şahin, Çelik, Aydın, Öztürk, Kaya, Arslan'),
    cities: in_('Europe/Istanbul', 'İstanbul, İzmir, Ankara'),
    companies: words('Deniz Atölye, Güneş Klinik, Mavi Kafe'),
  },
  {
    share: 10,
    locale: 'en-US',
    first: words('Emma, Liam, Ava, Noah, Maya, Ethan, Grace, Diego, Naomi, Owen'),
    last: words('Johnson, Nguyen, Rivera, Bennett, Brooks, Kim, Sullivan, Coleman, Reyes, Whitaker'),
    cities: [
      ...in_('America/New_York', 'New York, Boston'),
      ...in_('America/Chicago', 'Chicago, Austin'),
      ...in_('America/Los_Angeles', 'Portland, San Diego'),
    ],
    companies: words('Maple Street Vet, Lakeside Legal, Copper Kettle, Trailhead Fitness, Sunrise Pediatrics'),
  },
  {
    share: 3,
    locale: 'pt-BR',
    first: words('Beatriz, João, Larissa, Rafael, Mariana, Thiago'),
    last: words('Silva, Souza, Almeida, Carvalho, Gonçalves, Araújo'),
    cities: in_('America/Sao_Paulo', 'São Paulo, Curitiba'),
    companies: words('Ateliê Ipê, Clínica Vida, Padaria Central'),
  },
  {
    share: 4,
    locale: 'en-AU',
    first: words('Charlotte, Jack, Matilda, Lachlan, Mei, Arjun'),
    last: words('Taylor, Chen, Macdonald, Singh, Wilson, Papadopoulos'),
    cities: [...in_('Australia/Sydney', 'Sydney, Newcastle'), ...in_('Pacific/Auckland', 'Auckland')],
    companies: words('Banksia Homes, Coral Bay Dental, Kookaburra Coffee'),
  },
];

const domains = ['example.com', 'example.com', 'example.org', 'example.net'];
const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0',
];

/** Somebody of a practice workspace: who they are, and what they are like. Never stored: the seed and the key give the same one again. */
export interface Character {
  key: string;
  temperament: Temperament;
  firstName: string;
  lastName: string;
  email: string;
  company: string | null;
  city: string;
  zone: string;
  locale: string;
  agent: string;
  /** Ticks the box when signing up. */
  agrees: boolean;
  /** Reads mail in a program whose proxy fetches pictures ahead. */
  proxied: boolean;
  /** Works where a scanner follows every link before the mail arrives. */
  scanned: boolean;
  /** Minutes until a mail is opened, half of the time. */
  opensAfter: number;
}

export function characterOf(seed: string, key: string): Character {
  const chance = chanceOf(seed, 'character', key);
  const country = pickByShare(chance, countries);
  const { city, zone } = pick(chance, country.cities);
  const firstName = pick(chance, country.first);
  const lastName = pick(chance, country.last);
  const company = happens(chance, 0.7) ? pick(chance, country.companies) : null;
  const temperament = pickByShare(chance, temperaments);
  return {
    key,
    temperament,
    firstName,
    lastName,
    company,
    city,
    zone,
    locale: country.locale,
    agent: pick(chance, agents),
    // The key makes the address unique when two people have the same name.
    email: `${ascii(firstName)}.${ascii(lastName)}.${ascii(key).slice(-4)}@${pick(chance, domains)}`,
    agrees: happens(chance, 0.8),
    proxied: happens(chance, 0.3),
    scanned: company !== null && happens(chance, 0.12),
    opensAfter: between(chance, 6, 200),
  };
}

const ascii = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ı', 'i')
    .replaceAll('ł', 'l')
    .normalize('NFD')
    .replace(/[^a-z0-9]/g, '');

/** What they tell about themselves when they sign up. */
export const traitsOf = (who: Character, plan: string, interests: string): JsonObject => ({
  firstName: who.firstName,
  lastName: who.lastName,
  name: `${who.firstName} ${who.lastName}`,
  email: who.email,
  timezone: who.zone,
  city: who.city,
  language: who.locale.slice(0, 2),
  plan,
  interests: [interests],
  ...(who.company === null ? {} : { company: { name: who.company } }),
});
