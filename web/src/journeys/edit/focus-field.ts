/** Instead of a path: whatever stands first in the panel. */
export const firstField = '*';
/** The field of the panel that a path means, else one around it: what can be focused in it takes the keyboard. */
export function focusField(path: string): void {
  if (path === firstField) return void document.querySelector<HTMLElement>('[data-panel] :is(input, textarea, button)')?.focus();
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length--) {
    const field = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(parts.slice(0, length).join('.'))}"]`);
    if (!field) continue;
    const target = field.matches('input, textarea, button') ? field : field.querySelector<HTMLElement>('input, textarea, button');
    (target ?? field).scrollIntoView({ block: 'center' });
    return void target?.focus({ preventScroll: true });
  }
}
