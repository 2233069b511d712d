import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconLink, IconPencil, IconPlus, IconUserMinus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { useAddress } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { failed, said } from '../parts/notify.ts';
import { Card, Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import { useSession } from '../session/workspace.tsx';
import { ChangeColleague, InviteColleague, type Link, ShowLink } from './colleague-dialogs.tsx';
import { ReviewSettings } from './review-settings.tsx';
import css from './settings.module.css';

type Colleague = Reply<'listColleagues'>['items'][number];

/** Who works here, and which of their changes somebody else looks at first. */
export function Colleagues() {
  const colleagues = useRoute('listColleagues', undefined);
  return (
    <>
      <Section
        title="Who works here"
        hint="Colleagues see every workspace. What they do stands in the audit under their name."
        action={<Invite />}
      >
        {colleagues.error ? (
          <ProblemView problem={colleagues.error} again={() => void colleagues.refetch()} />
        ) : !colleagues.data ? (
          <Bones lines={4} />
        ) : (
          <Rows items={colleagues.data.items} />
        )}
      </Section>
      {colleagues.data && <ReviewSettings colleagues={colleagues.data.items.length} />}
    </>
  );
}

function Invite() {
  const [address, setAddress] = useAddress();
  return (
    <>
      <Button leftSection={<IconPlus size={16} />} onClick={() => setAddress({ new: '1' })}>
        Invite
      </Button>
      {address.new === '1' && <InviteColleague onClose={() => setAddress({ new: undefined })} />}
    </>
  );
}

function Rows({ items }: { items: readonly Colleague[] }) {
  const { name } = useSession();
  const [changing, setChanging] = useState<Colleague | null>(null);
  const [removing, setRemoving] = useState<Colleague | null>(null);
  const [link, setLink] = useState<Link | null>(null);
  const renew = useChange('linkForColleague');
  const remove = useChange('removeColleague', ['listColleagues', 'listAudit', 'getDefinition']);
  const showLink = async ({ id, name }: Colleague): Promise<void> => {
    try {
      setLink({ name, ...(await renew.mutateAsync({ params: { id } })) });
    } catch (error) {
      failed(error);
    }
  };
  const isYou = (row: Colleague | null): boolean => row?.name === name; // names are given once
  return (
    <Card flush>
      <ul aria-label="Colleagues">
        {items.map((row) => (
          <li key={row.id} className={css.key}>
            <div className={css.keyWords}>
              <span className={css.keyName}>
                <span>{row.name}</span>
                {isYou(row) && <Chip tone="accent">You</Chip>}
                {row.owner && <Chip tip="Runs the server; comes in by the link that it prints">Owner</Chip>}
              </span>
              <span className="quiet">{row.email ?? <span className="faint">No address</span>}</span>
              <span className="faint">
                Here since <Time at={row.createdAt} as="date" />
              </span>
            </div>
            <Menu position="bottom-end" width={200}>
              <Menu.Target>
                <ActionIcon aria-label={`What can be done with ${row.name}`}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setChanging(row)}>
                  Name and address
                </Menu.Item>
                <Menu.Item leftSection={<IconLink size={15} />} onClick={() => void showLink(row)}>
                  New sign-in link
                </Menu.Item>
                {!row.owner && (
                  <Menu.Item leftSection={<IconUserMinus size={15} />} color="red" onClick={() => setRemoving(row)}>
                    Remove
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          </li>
        ))}
      </ul>
      {changing && <ChangeColleague colleague={changing} onClose={() => setChanging(null)} />}
      <ShowLink link={link} onClose={() => setLink(null)} />
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        danger
        title={`Remove ${removing?.name ?? ''}`}
        action="Remove"
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync({ params: { id: removing.id } });
          said(`${removing.name} is removed.`);
        }}
      >
        {isYou(removing)
          ? 'You are signed out at once, everywhere, and can come back only when somebody invites you again.'
          : 'Their sessions and links end at once, in every workspace. What they did stays in the audit under their name.'}
      </Confirm>
    </Card>
  );
}
