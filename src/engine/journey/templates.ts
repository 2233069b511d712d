import type { Journey } from '#contract/journey.ts';

/** The templates that a journey sends. */
export const templatesOf = (journey: Journey): Set<string> =>
  new Set(
    journey.steps.flatMap((step) => {
      if (step.kind === 'send') return [step.template, ...step.variants.map((variant) => variant.template)].filter((each) => each !== null);
      if (step.kind === 'nurture') return step.contents.map((content) => content.template);
      return step.kind === 'webhook' && step.template !== null ? [step.template] : [];
    }),
  );
