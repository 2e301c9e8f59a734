import type { BankContext } from '../bank/context.js';
import { breakItem } from '../bank/health.js';
import type { PageMoment, Refusal } from './fault.js';

/** Thrown where a fault takes the place of an answer. */
export class RefusedByFault extends Error {
  constructor(readonly refusal: Refusal) {
    super('refused by a fault');
  }
}

/** Asks the faults whether this page may be answered. @throws RefusedByFault, after the Item broke if the fault says so */
export const checkPage = (context: BankContext, moment: PageMoment): void => {
  for (const refusal of context.faults.fire('page', moment)) refuse(context, moment, refusal);
};

/** @throws RefusedByFault, after the Item broke if the fault says so */
export const refuse = (context: BankContext, { item }: Pick<PageMoment, 'item'>, refusal: Refusal): never => {
  if (refusal.breakItem !== undefined && item !== null) breakItem(context, item, refusal.breakItem);
  throw new RefusedByFault(refusal);
};
