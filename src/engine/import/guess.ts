import { readAddress, readPhone } from '#contract/address.ts';
import type { CompiledField } from '../fields.ts';

/** What a column probably is, by its name and, for addresses, by what it holds. */

/** Names without regard to case, accents, spaces and signs, in the languages that lists come in. */
const names: Record<string, string> = {
  email:
    'email emailaddress emailadresse mail mailadresse mailaddress courriel correo correoelectronico adressemail emailaddresse primaryemail',
  phone:
    'phone phonenumber telephone tel telefon telefonnummer mobile mobilephone mobil mobiltelefon handy handynummer cell cellphone telefono telefone gsm',
  userId: 'userid customerid kundennummer kundenid externalid clientid customernumber id uid memberid',
  name: 'name fullname vollername nomcomplet nombrecompleto displayname contactname',
  firstName: 'firstname first vorname prenom nombre givenname nome',
  lastName: 'lastname last nachname surname familyname nom apellido apellidos cognome',
  'company.name': 'company companyname firma unternehmen organisation organization entreprise societe empresa azienda',
  city: 'city town ort stadt ville ciudad citta',
  country: 'country countrycode land pays pais paese',
  timezone: 'timezone zeitzone tz',
  plan: 'plan product tarif',
  message: 'message nachricht note notes notiz comment kommentar',
  birthday: 'birthday birthdate dateofbirth geburtstag geburtsdatum',
};
const byName = new Map(Object.entries(names).flatMap(([target, list]) => list.split(' ').map((name) => [name, target] as const)));

const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** A target for each column; null where nothing is sure enough, because what nobody chose is not kept. */
export function guessMapping(
  columns: readonly { name: string; samples: readonly string[] }[],
  fields: readonly CompiledField[],
): (string | null)[] {
  const known = new Map<string, string>(
    fields.flatMap((field) => [[plain(field.body.name), field.path] as const, [plain(field.path), field.path] as const]),
  );
  const taken = new Set<string>();
  const take = (target: string | null | undefined): string | null => {
    if (!target || taken.has(target)) return null;
    taken.add(target);
    return target;
  };
  const guesses = columns.map(({ name }) => take(known.get(plain(name)) ?? byName.get(plain(name))));
  const holds = (samples: readonly string[], test: (text: string) => unknown): boolean =>
    samples.length > 0 && samples.filter((text) => test(text) !== null).length * 2 > samples.length;
  return guesses.map((guess, index) => {
    if (guess !== null) return guess;
    const { samples } = columns[index]!;
    return holds(samples, readAddress) ? take('email') : holds(samples, readPhone) ? take('phone') : null;
  });
}
