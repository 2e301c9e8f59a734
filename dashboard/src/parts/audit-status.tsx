import type { Audit } from '../api/audits';
import { formatCount, toWords } from './format';
import { PlaidMessage } from './message';
import { Status, type StatusLook } from './status';

const VERDICTS: Readonly<Record<NonNullable<Audit['verdict']>, StatusLook>> = {
  clean: { tone: 'good', icon: 'check', label: 'Clean' },
  differs: { tone: 'bad', icon: 'alert', label: 'Differs' },
  incomplete: { tone: 'warn', icon: 'alert', label: 'Incomplete' },
  not_audited: { tone: 'warn', icon: 'dashed', label: 'Not audited' },
};

function lookOf({ state, verdict, phase }: Audit): StatusLook {
  switch (state) {
    case 'queued':
      return { tone: 'quiet', icon: 'clock', label: 'Queued' };
    case 'running':
      return { tone: 'busy', icon: 'sync', label: `Running${phase === null ? '' : `: ${toWords(phase)}`}` };
    case 'failed':
      return { tone: 'bad', icon: 'cross', label: 'Failed' };
    case 'canceled':
      return { tone: 'quiet', icon: 'dashed', label: 'Cancelled' };
    case 'done':
      return VERDICTS[verdict ?? 'not_audited'];
  }
}

export function AuditStatus({ audit }: { audit: Audit }) {
  return <Status {...lookOf(audit)} />;
}

const difference = ({ missing, extra, different }: Audit['transactions']): string =>
  `${formatCount(missing)} missing, ${formatCount(extra)} extra, ${formatCount(different)} different`;

/** What was found, in a line; nothing while it is not known. */
export function AuditFindings({ audit }: { audit: Audit }) {
  const { verdict, transactions, accounts, stored_rows, plaid_rows, reason } = audit;
  if (verdict === 'differs') {
    const isOfAccounts = accounts.missing + accounts.extra + accounts.different > 0;
    return (
      <>
        {difference(transactions)}
        {isOfAccounts && <>; of accounts {difference(accounts)}</>}
      </>
    );
  }
  if (reason !== null) return <PlaidMessage text={reason} />;
  if (verdict === 'clean')
    return (
      <>
        {formatCount(stored_rows)} stored, {formatCount(plaid_rows)} at Plaid
      </>
    );
  return null;
}
