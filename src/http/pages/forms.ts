import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '#contract/problems.ts';
import { formVisitor, knownFields } from '#operations/form-visitor.ts';
import { formOf, submitForm } from '#operations/forms.ts';
import type { BodyOf } from '#contract/definition.ts';
import { second } from '#contract/instant.ts';
import type { HttpHouse } from '../house.ts';
import { bodyText } from '../body.ts';
import { escapeHtml, page, pagePolicy } from './page.ts';

const formBytesMax = 64 * 1024;
/** Submissions from one address: 20 at once, one more every three seconds. */
const burst = 20;

type Form = NonNullable<BodyOf<'entry-point'>['form']>;

/** Hosted forms at /f/:form, made from entry points; they work without script. Another workspace's form is named by ?workspace=SLUG. */
export function registerForms(app: FastifyInstance, house: HttpHouse): void {
  const buckets = new Map<string, { left: number; at: number }>();
  const mayPost = (address: string): boolean => {
    const now = house.deps.now();
    const bucket = buckets.get(address) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + (now - bucket.at) / (3 * second));
    bucket.at = now;
    if (buckets.size > 10_000) buckets.clear();
    buckets.set(address, bucket);
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  };
  const slugOf = (query: unknown): string =>
    typeof (query as { workspace?: unknown }).workspace === 'string' ? (query as { workspace: string }).workspace : 'main';

  app.get('/f/:form', async (request, reply) => {
    const slug = slugOf(request.query);
    const workspace = await house.deps.workspaces.bySlug(slug).catch(() => Promise.reject(new Problem('form-unknown')));
    const entryPoint = await formOf(house.deps, workspace, (request.params as { form: string }).form);
    const known = knownFields(entryPoint.form!, await formVisitor(house.deps, house.links, workspace, tokenOf(request.query)));
    return send(reply, page(entryPoint.form!.title, formHtml(request.url, entryPoint, {}, [], known), workspace.settings.language));
  });

  app.post('/f/:form', async (request, reply) => {
    if (!mayPost(request.ip)) throw new Problem('too-many');
    const { form: key } = request.params as { form: string };
    const workspace = await house.deps.workspaces.bySlug(slugOf(request.query)).catch(() => Promise.reject(new Problem('form-unknown')));
    const entryPoint = await formOf(house.deps, workspace, key);
    const given = await readForm(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), request.headers['content-type'] ?? '');
    const { language } = workspace.settings;
    // A field that people do not see and programs fill in: they are thanked and nothing is kept.
    if (given.website_confirm)
      return send(
        reply,
        page(
          entryPoint.form!.title,
          `<h1>${escapeHtml(entryPoint.form!.title)}</h1><p>${escapeHtml(entryPoint.form!.thanks)}</p>`,
          language,
        ),
      );
    const visitor = await formVisitor(house.deps, house.links, workspace, tokenOf(request.query));
    const visit = { referrer: request.headers.referer ?? null, userAgent: request.headers['user-agent'] ?? null };
    const outcome = await submitForm(house.deps, house.acceptor, workspace, key, entryPoint, given, visit, visitor);
    if (outcome.mistakes.length > 0)
      return send(
        reply.code(422),
        page(
          entryPoint.form!.title,
          formHtml(request.url, entryPoint, given, outcome.mistakes, knownFields(entryPoint.form!, visitor)),
          language,
        ),
      );
    return send(
      reply,
      page(
        entryPoint.form!.title,
        `<h1>${escapeHtml(entryPoint.form!.title)}</h1><p role="status">${escapeHtml(entryPoint.form!.thanks)}</p>`,
        language,
      ),
    );
  });
}

const tokenOf = (query: unknown): unknown => (query as { visitor?: unknown }).visitor;

const send = (reply: FastifyReply, text: string): FastifyReply =>
  reply.header('content-security-policy', pagePolicy).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text);

function formHtml(
  action: string,
  entryPoint: BodyOf<'entry-point'>,
  given: Record<string, string>,
  mistakes: { path: string; message: string }[],
  known: ReadonlySet<string>,
): string {
  const form = entryPoint.form!;
  const inputs = form.fields
    .filter((field) => !known.has(field.path))
    .map((field) => inputHtml(field, given[field.path] ?? '', mistakes.find((mistake) => mistake.path === field.path)?.message))
    .join('');
  const consent = entryPoint.consent
    ? `<label class="check"><input type="checkbox" name="consent" value="yes"${given.consent === 'yes' ? ' checked' : ''}><span>${escapeHtml(entryPoint.consent.wording)}</span></label>`
    : '';
  const whole = action.replace(/([?&])visitor=[^&]*&?/, '$1').replace(/[?&]$/, '');
  const recognised =
    known.size > 0
      ? `<p class="soft">Some of your answers are known already and are not asked again. <a href="${escapeHtml(whole)}">This is not you? Fill in the whole form.</a></p>`
      : '';
  return `<h1>${escapeHtml(form.title)}</h1>${form.intro ? `<p>${escapeHtml(form.intro)}</p>` : ''}${recognised}<form method="post" action="${escapeHtml(action)}">${inputs}${consent}<label class="trap" aria-hidden="true">Leave this empty<input name="website_confirm" tabindex="-1" autocomplete="off"></label><button type="submit">${escapeHtml(form.button)}</button></form>`;
}

function inputHtml(field: Form['fields'][number], value: string, mistake: string | undefined): string {
  const id = `field-${field.path.replace(/\W/g, '-')}`;
  const shared = `id="${id}" name="${escapeHtml(field.path)}"${field.required ? ' required' : ''}${mistake ? ` aria-invalid="true" aria-describedby="${id}-mistake"` : ''}`;
  const complete: Record<string, string> = { email: 'email', phone: 'tel', name: 'name', company: 'organization', city: 'address-level2' };
  const autocomplete = complete[field.path] ? ` autocomplete="${complete[field.path]}"` : '';
  const control =
    field.type === 'textarea'
      ? `<textarea ${shared}>${escapeHtml(value)}</textarea>`
      : field.type === 'select'
        ? `<select ${shared}><option value=""></option>${(field.options ?? []).map((option) => `<option${option === value ? ' selected' : ''}>${escapeHtml(option)}</option>`).join('')}</select>`
        : `<input ${shared} type="${field.type === 'phone' ? 'tel' : field.type}" value="${escapeHtml(value)}"${autocomplete}>`;
  return `<label for="${id}">${escapeHtml(field.label)}${field.required ? '' : ' <span class="soft">(optional)</span>'}</label>${control}${mistake ? `<p class="bad" id="${id}-mistake">${escapeHtml(mistake)}</p>` : ''}`;
}

async function readForm(body: Buffer, contentType: string): Promise<Record<string, string>> {
  if (body.length > formBytesMax) throw new Problem('body-too-large');
  const fields = contentType.startsWith('multipart/form-data')
    ? [
        ...(
          await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
            .formData()
            .catch(() => Promise.reject(new Problem('body-invalid', [{ path: '(all)', message: 'must be a form' }])))
        ).entries(),
      ]
    : [...new URLSearchParams(await bodyText(body, undefined, formBytesMax))];
  return Object.fromEntries(fields.filter((field): field is [string, string] => typeof field[1] === 'string'));
}
