import { countChecked, violate, type CheckContext } from './context.js';
import { isFollowed } from './rows.js';

/** A local activity or a workflow task that failed so often in a row is stuck. */
const MOST_ATTEMPTS = 10;

interface Event {
  eventId?: unknown;
  workflowTaskFailedEventAttributes?: {
    cause?: unknown;
    failure?: { message?: string | null } | null;
  } | null;
}

/** All texts in a history: payloads are JSON in bytes. */
function textsOf(value: unknown, texts: string[] = []): string[] {
  if (typeof value === 'string') texts.push(value);
  else if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString('utf8'));
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) textsOf(one, texts);
  return texts;
}

/** Workflow tasks may fail when a worker dies or Temporal comes back; nothing else than that. */
const HARMLESS = /RESET_STICKY|TIMEOUT|shutdown|UnhandledCommand|UNHANDLED_COMMAND|FORCE_CLOSE/i;

/** No workflow has failed or is stuck; those of live Items run. Their histories are searched for secrets on the way. */
export async function checkEngine(context: CheckContext): Promise<void> {
  const { temporal, secrets, sql, world } = context;
  for await (const found of temporal.workflow.list({
    query: `ExecutionStatus in ('Failed', 'TimedOut', 'Terminated', 'Canceled')`,
  }))
    violate(context, 'engine', `workflow ${found.workflowId} (${found.type}) ended as ${found.status.name}`);

  for await (const found of temporal.workflow.list()) {
    const handle = temporal.workflow.getHandle(found.workflowId, found.runId);
    const { events = [] } = await handle.fetchHistory();
    countChecked(context, 'workflow histories', 1);
    countChecked(context, 'workflow events', events?.length ?? 0);
    secrets.search(`history of ${found.workflowId}`, textsOf(events).join('\n'));
    for (const event of (events ?? []) as Event[]) {
      const failed = event.workflowTaskFailedEventAttributes;
      if (failed === null || failed === undefined) continue;
      const message = failed.failure?.message ?? '';
      if (!HARMLESS.test(`${String(failed.cause)} ${message}`))
        violate(
          context,
          'engine',
          `workflow ${found.workflowId}: a task failed (cause ${String(failed.cause)}): ${message}`,
        );
    }
    if (found.status.name !== 'RUNNING') continue;
    const { raw } = await handle.describe();
    const attempts = Math.max(
      raw.pendingWorkflowTask?.attempt ?? 0,
      ...(raw.pendingActivities ?? []).map(({ attempt }) => attempt ?? 0),
    );
    if (attempts > MOST_ATTEMPTS)
      violate(context, 'engine', `workflow ${found.workflowId} is at attempt ${attempts}`);
  }

  const ids = await sql<{ id: string; plaid_item_id: string }>('select id, plaid_item_id from items');
  const rowIdOf = new Map(ids.map((row) => [row.plaid_item_id, row.id]));
  for (const item of world.items.filter(isFollowed)) {
    const id = rowIdOf.get(item.itemId) ?? '';
    const status = await temporal.workflow
      .getHandle(`item/${id}`)
      .describe()
      .then(
        ({ status: { name } }) => name,
        (error: unknown) => String(error),
      );
    if (status !== 'RUNNING') violate(context, 'engine', `the workflow of ${item.subject} is ${status}`);
  }
}
