import { Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import type { User, UserChanges } from '../../api/people';
import { AskFirst } from '../../parts/ask-first';
import { ROLE_HELP, ROLE_NAMES, ROLES } from '../../parts/roles';

interface UserActionsProps {
  user: User;
  /** Whether it is who looks at this. */
  isMe: boolean;
  isBusy: boolean;
  /** Settles, well or not, when it is over. */
  onChange: (changes: UserChanges) => Promise<void>;
  onReset: () => void;
}

interface Question {
  title: string;
  verb: string;
  text: string;
  changes: UserChanges;
}

export function UserActions({ user, isMe, isBusy, onChange, onReset }: UserActionsProps) {
  const [question, setQuestion] = useState<Question | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = (asked: Question): void => {
    setQuestion(asked);
    setAsking(true);
  };
  const who = isMe ? 'yourself' : user.email;
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <Button variant="default" size="compact-sm" aria-label={`Actions for ${user.email}`}>
            <IconDots size={15} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {user.is_active && (
            <>
              {ROLES.filter((role) => role !== user.role).map((role) => (
                <Menu.Item
                  key={role}
                  onClick={() =>
                    ask({
                      title: `Make ${who} ${ROLE_NAMES[role].toLowerCase()}`,
                      verb: isMe ? 'Change my role' : 'Change the role',
                      text: isMe
                        ? 'You have to log in again, and only another admin can make you an admin again.'
                        : `${ROLE_HELP[role]} All sessions of this user end, and the next one has the new role.`,
                      changes: { role },
                    })
                  }
                >
                  Make {ROLE_NAMES[role].toLowerCase()}
                </Menu.Item>
              ))}
              <Menu.Item onClick={onReset}>Create a password link</Menu.Item>
              <Menu.Divider />
              <Menu.Item
                color="red"
                onClick={() =>
                  ask({
                    title: `Deactivate ${who}`,
                    verb: 'Deactivate',
                    text: isMe
                      ? 'You are logged out everywhere, and only another admin can let you in again.'
                      : 'All sessions of this user end at once. An admin can activate the user again.',
                    changes: { is_active: false },
                  })
                }
              >
                Deactivate
              </Menu.Item>
            </>
          )}
          {!user.is_active && (
            <Menu.Item onClick={() => void onChange({ is_active: true })}>Activate</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <AskFirst
        isOpen={isAsking}
        title={question?.title ?? ''}
        verb={question?.verb ?? ''}
        isBusy={isBusy}
        onNo={() => setAsking(false)}
        onYes={() => {
          if (question !== null) void onChange(question.changes).then(() => setAsking(false));
        }}
      >
        {question?.text}
      </AskFirst>
    </>
  );
}
