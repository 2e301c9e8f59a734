import type { Item } from '../model/item.js';
import type { Cursor } from '../model/cursor.js';
import type { Delivery } from '../model/delivery.js';
import type { Json } from '../plaid-api/fields.js';
import type { ParamRules } from './params.js';

/** A fault that is switched on, or was. */
export interface Fault {
  id: number;
  kind: string;
  itemId: string | null;
  clientId: string | null;
  endpoint: string | null;
  /** So many matching occasions are let through first. */
  after: number;
  /** Ends by itself after so many; null: lasts until it is removed. */
  times: number | null;
  probability: number;
  params: Json;
  /** Matching occasions so far, those let through included. */
  seen: number;
  fired: number;
  active: boolean;
}

/** A request to one of Plaid's endpoints. */
export interface RequestMoment {
  endpoint: string;
  clientId: string | null;
  item: Item | null;
}

/** A page of /transactions/sync that is about to be answered. */
export interface PageMoment extends RequestMoment {
  /** The cursor that came; null for the null cursor and "now". */
  cursor: Cursor | null;
  /** 1 for the first page of the update. */
  page: number;
  last: boolean;
}

/** A webhook that is about to be queued, or to be sent. */
export interface WebhookMoment {
  clientId: string | null;
  item: Item | null;
  delivery: Pick<Delivery, 'webhookCode'>;
}

/** An answer in place of the right one. */
export interface Refusal {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Plaid's error object without request_id, or another text with its content type. */
  body: Json | { contentType: string; text: string };
  /** The Item breaks with this error, and stays broken. */
  breakItem?: { code: string; reason: string | null };
}

export type RequestEffect = { waitMs: number } | { refusal: Refusal };
export type AnswerEffect = { rewrite: (text: string) => string } | { cutAfter: (text: string) => number };

/** What happens to a webhook as a whole. */
export type QueueEffect = 'lose' | 'swap' | { delayMs: number } | { copies: number; sameToken: boolean };

/** What is wrong with one attempt at delivery. */
export interface Tampering {
  /** The kind of fault. */
  kind: string;
  rotateKey?: true;
  key?: 'expired' | 'unknown';
  /** The body that is sent in place of the signed one. */
  body?: (signed: string) => string;
  /** Added to the real time of `iat`, in seconds. */
  iatShift?: number;
  algorithm?: 'HS256' | 'RS256' | 'none';
  unsigned?: true;
  /** Whether Plaid's schedule goes on as if the attempt had failed, whatever the receiver answered. */
  retried: boolean;
}

/**
 * A kind of fault: its rules validate and document it, its hooks are its behaviour. A hook has no effect of its own; it
 * says what happens if the fault fires now, or null if the occasion is none of its.
 */
export interface FaultKind {
  kind: string;
  summary: string;
  params: ParamRules;
  /** How often it fires unless told otherwise; null: until it is removed. */
  times: number | null;
  /** Only this endpoint, unless told otherwise. Null: all of them. */
  endpoint: string | null;
  request?: (fault: Fault, moment: RequestMoment) => RequestEffect | null;
  /** At most so many updates on the page. */
  pageSize?: (fault: Fault, moment: RequestMoment) => number | null;
  page?: (fault: Fault, moment: PageMoment) => Refusal | null;
  answer?: (fault: Fault, moment: RequestMoment) => AnswerEffect | null;
  queued?: (fault: Fault, moment: WebhookMoment) => QueueEffect | null;
  attempt?: (fault: Fault, moment: WebhookMoment) => Tampering | null;
  /** A webhook code that is sent the moment an Item is made, before its public token can have been exchanged. */
  linked?: (fault: Fault, moment: RequestMoment) => string | null;
  /** A webhook code that is sent after the Item was removed. */
  removed?: (fault: Fault, moment: RequestMoment) => string | null;
}

/** The hooks of {@link FaultKind}. */
export type Hook = 'request' | 'pageSize' | 'page' | 'answer' | 'queued' | 'attempt' | 'linked' | 'removed';
