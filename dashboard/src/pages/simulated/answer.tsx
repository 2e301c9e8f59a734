import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useRef, useState, type ReactNode, type RefObject } from 'react';
import type { SimulatorResult } from '../../api/simulator';
import { Message } from '../../parts/message';
import classes from './simulator.module.css';

/** Where to look now. */
function Seen({ result, itemId }: { result: SimulatorResult; itemId: string | null }): ReactNode {
  const of = result.link?.item_id ?? itemId;
  const transactions =
    of === null ? null : (
      <Link to="/transactions" search={{ item: of }}>
        its transactions
      </Link>
    );
  switch (result.action) {
    case 'link_item':
    case 'relink': {
      const link = of !== null && (
        <Link to="/items/$itemId" params={{ itemId: of }}>
          {result.action === 'relink' ? 'Open the new Item' : 'Open the Item'}
        </Link>
      );
      return result.action === 'relink' ? (
        <>{link}: Ardea recognises the accounts, and shows once what both Items have.</>
      ) : (
        <>{link}: its first sync comes by itself within seconds. Then spend, break its login, repair it.</>
      );
    }
    case 'spend':
      return (
        <>
          It appears under {transactions} within a second; webhook and sync wait at the top of the timeline
          until you ask for what is new.
        </>
      );
    case 'post':
      return <>Where something was pending, its row goes and a posted one comes: see {transactions}.</>;
    case 'refresh':
      return <>What is new comes with a webhook: see the timeline, then {transactions}.</>;
    case 'history':
      return <>They appear under {transactions}, with one webhook for all.</>;
    case 'break':
      return 'Within a second the status above changes and says what to do. Repair mends it.';
    case 'repair':
      return 'Within a second the Item is active again, and what it has missed is synced.';
    case 'revoke':
      return 'Within a second the status above changes. No repair helps any more: only a relink, as a new Item.';
    case 'webhook':
      return (
        <>
          It is in the timeline and in{' '}
          <Link to="/inbox" search={itemId === null ? {} : { item: itemId }}>
            the inbox
          </Link>
          . No row changes: a webhook is a hint to look, and Plaid has nothing new.
        </>
      );
    case 'incident':
      return <>The timeline shows what came of it; rows that it concerns are under {transactions}.</>;
    case 'fault':
      return 'It acts on the next request or webhook that fits: Sync now asks Plaid at once. The timeline shows what Ardea makes of it.';
    case 'clear_faults':
      return 'Items that were refused try again by themselves.';
    case 'advance_clock':
      return 'What fell due at the bank until then has happened.';
  }
}

interface AnswerState {
  result: SimulatorResult | null;
  /** Takes the focus from what has gone away since. */
  box: RefObject<HTMLDivElement | null>;
  show: (result: SimulatorResult, options?: { isFocused?: boolean }) => void;
  clear: () => void;
}

/** What the simulator answered last. */
export function useAnswer(): AnswerState {
  const [result, setResult] = useState<SimulatorResult | null>(null);
  const box = useRef<HTMLDivElement>(null);
  return {
    result,
    box,
    show(shown, { isFocused = false } = {}) {
      setResult(shown);
      if (isFocused) box.current?.focus();
    },
    clear: () => setResult(null),
  };
}

interface AnswerProps {
  result: SimulatorResult | null;
  box: RefObject<HTMLDivElement | null>;
  /** The Item that it was done to. */
  itemId?: string;
}

/** What has happened at the bank, and where it is to be seen. */
export function Answer({ result, box, itemId }: AnswerProps) {
  return (
    <div
      role="status"
      aria-label="What the simulator answered"
      ref={box}
      tabIndex={-1}
      className={classes.answer}
    >
      {result !== null && (
        <Message tone="busy">
          <Text inherit fw={500} style={{ overflowWrap: 'anywhere' }}>
            {result.message}
          </Text>
          <Text inherit component="div">
            <Seen result={result} itemId={itemId ?? null} />
          </Text>
        </Message>
      )}
    </div>
  );
}
