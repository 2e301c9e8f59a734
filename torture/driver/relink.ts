import type { Step } from './plan.js';
import type { SimulatedItem, Simulator } from './simulator.js';
import { newWorldItem, type WorldItem } from './world.js';

/** What becomes of the Item that was there before. */
const OLD = ['keep', 'break', 'remove'] as const;
const CODE = 'ITEM_LOGIN_REQUIRED';
const SHORTER_DAYS = 60;

/** Links the accounts of an Item again, at its bank only; null when the bank refuses, as it does without any history. */
export async function relinkAtBank(
  simulator: Simulator,
  old: WorldItem,
  { draws: [fate, days, speed] }: Pick<Step, 'draws'>,
): Promise<WorldItem | null> {
  const became = OLD[Math.floor(fate * OLD.length)] ?? 'keep';
  const answer = await simulator.tryControl<{ item: SimulatedItem }>('POST', `/items/${old.itemId}/relink`, {
    old: became,
    ...(became === 'break' ? { error_code: CODE } : {}),
    ...(days < 0.3 ? { days_requested: SHORTER_DAYS } : {}),
    ready: speed < 0.5,
  });
  if (answer === null) return null;
  const anew = newWorldItem({ ...old, subject: `${old.subject}, anew` }, answer.item);
  old.linkedAnewAs = anew;
  anew.linkedAnewFrom = old;
  if (became === 'break') old.bank = { kind: 'broken', code: CODE };
  if (became === 'remove') old.bank = { kind: 'removed' };
  return anew;
}
