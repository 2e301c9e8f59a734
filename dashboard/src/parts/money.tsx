import { formatBalance, formatMoney } from './format';
import classes from './money.module.css';

interface MoneyProps {
  amount: number | string | null | undefined;
  currency: string | null | undefined;
  isRemoved?: boolean;
}

/** An amount: its sign tells the direction, in words for readers of the screen; the colour only repeats it. */
export function Money({ amount, currency, isRemoved = false }: MoneyProps) {
  if (amount === null || amount === undefined) return <>–</>;
  const isInflow = Number(amount) > 0;
  const direction = isInflow ? 'Inflow ' : Number(amount) < 0 ? 'Outflow ' : null;
  return (
    <span className={classes.money} data-inflow={isInflow || undefined} data-removed={isRemoved || undefined}>
      {direction !== null && <span className="spoken">{direction}</span>}
      {formatMoney(amount, currency)}
    </span>
  );
}

export function Balance({ amount, currency }: MoneyProps) {
  if (amount === null || amount === undefined) return <>–</>;
  return <span className="numbers">{formatBalance(amount, currency)}</span>;
}
