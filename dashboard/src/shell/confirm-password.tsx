import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import { ApiError } from '../api/api-error';
import { NotConfirmedError } from '../api/not-confirmed';
import { useOnDemand } from '../parts/on-demand';

type Confirmed = <T>(work: () => Promise<T>) => Promise<T>;

const ConfirmedContext = createContext<Confirmed | null>(null);

/** Does something sensitive, after the password has been asked for where the API wants it first. */
export function useConfirmed(): Confirmed {
  const confirmed = use(ConfirmedContext);
  if (confirmed === null) throw new Error('There is no ConfirmPassword above.');
  return confirmed;
}

/** One that waits for the password; all are answered together. */
interface Question {
  resolve: () => void;
  reject: (error: Error) => void;
}

export function ConfirmPassword({ children }: { children: ReactNode }) {
  const [questions, setQuestions] = useState<readonly Question[]>([]);
  const later = useOnDemand(questions.length > 0);
  const ask = useCallback(
    () => new Promise<void>((resolve, reject) => setQuestions((before) => [...before, { resolve, reject }])),
    [setQuestions],
  );
  const confirmed = useMemo<Confirmed>(
    () => async (work) => {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'session.unconfirmed') throw error;
        await ask();
        return work();
      }
    },
    [ask],
  );
  return (
    <ConfirmedContext value={confirmed}>
      {children}
      {later !== undefined && (
        <later.ConfirmDialog
          isOpen={questions.length > 0}
          onConfirmed={() => {
            for (const { resolve } of questions) resolve();
            setQuestions([]);
          }}
          onGiveUp={() => {
            for (const { reject } of questions) reject(new NotConfirmedError('Nothing was changed.'));
            setQuestions([]);
          }}
        />
      )}
    </ConfirmedContext>
  );
}
