import { useAround } from './context.ts';
import { ListField } from './fields.tsx';
import type { Fields } from './kind.ts';

export const tag: Fields<'tag'> = ({ step, onChange }) => {
  const seen = useAround().vocabulary.traits.find((each) => each.path === 'tags')?.values ?? [];
  const offered = seen.filter((each): each is string => typeof each === 'string');
  return (
    <>
      <ListField label="Add" path="add" value={step.add} offered={offered} onChange={(add) => onChange({ add }, 'the tags')} />
      <ListField
        label="Remove"
        path="remove"
        value={step.remove}
        offered={offered}
        onChange={(gone) => onChange({ remove: gone }, 'the tags')}
      />
    </>
  );
};
