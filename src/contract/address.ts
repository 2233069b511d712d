/** Addresses as they are kept and compared: a mail address in small letters, a phone number in E.164. */

const addressPattern = /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[^\s@<>()[\]\\,;:"\p{Cc}]{1,190}\.[^\s@<>()[\]\\,;:".\p{Cc}]{2,63}$/u;
/** A mail address in the form in which it is kept, or null. */
export function readAddress(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const address = value.trim().toLowerCase();
  return addressPattern.test(address) ? address : null;
}

/** An E.164 phone number, or null. */
export function readPhone(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const phone = value.replace(/[\s().-]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(phone) ? phone : null;
}
