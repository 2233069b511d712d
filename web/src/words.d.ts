/** Written by the plugin in vite.config.ts from the contract. */
declare module 'contract:words' {
  type Kinds = typeof import('#contract/definition.ts').definitionKinds;
  export const addresses: Record<string, [method: string, path: string]>;
  export const kindNames: { [K in keyof Kinds]: { name: string; plural: string } };
  export const messageStatuses: import('#contract/message.ts').MessageStatus[];
  export const messageReasons: import('#contract/message.ts').MessageReason[];
  export const timelineKinds: typeof import('#contract/routes/people.ts').timelineKinds;
  export const liveTopics: typeof import('#contract/routes/operate.ts').liveTopics;
  /** For each kind, the keys of every object in it, in the order of the schema; short ones first. */
  export const shapes: Record<keyof Kinds, string[][]>;
  export const stepKinds: typeof import('#contract/steps/index.ts').stepKinds;
  /** What stands in a journey, and in a step of each kind, where nothing was written. */
  export const journeyDefaults: Partial<import('#contract/journey.ts').Journey>;
  /** How a version is brought in step by step where nothing else is said. */
  export const rampDefaults: import('#contract/ramp.ts').RampPlan;
  export const stepDefaults: Record<import('#contract/steps/index.ts').StepKind, object>;
}
