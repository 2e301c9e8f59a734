import { useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { LogInForm } from '../shell/log-in-form';
import { FrontPage } from '../shell/front-page';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** Whose password was just set, where the log-in after it did not work. */
    newUser?: string;
  }
}

export function LogInPage() {
  const { to } = useSearch({ from: '/login' });
  const newUser = useLocation({ select: ({ state }) => state.newUser });
  const navigate = useNavigate();
  return (
    <FrontPage title="Log in" lead={newUser === undefined ? undefined : 'Your password is set.'}>
      <LogInForm suggested={newUser} onDone={() => void navigate({ href: to ?? '/', replace: true })} />
    </FrontPage>
  );
}
