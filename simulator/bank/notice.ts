import type { Delivery } from '../model/delivery.js';
import type { Item } from '../model/item.js';
import { NOTICES } from '../webhooks/notices.js';
import type { BankContext } from './context.js';

/** Sends a webhook of this code about an Item, whether it is true or not; null when there is no such code or no URL. */
export const sendNotice = ({ webhooks, clock }: BankContext, item: Item, code: string): Delivery | null => {
  const body = NOTICES[code]?.(item, clock.now());
  return body === undefined ? null : webhooks.send(item, body);
};
