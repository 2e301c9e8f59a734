import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { auditsQuery, repairAudit } from '../../api/audits';
import { sayDone, sayFailed } from '../../api/failed';
import type { LinkPath } from '../../api/items';
import { useMay } from '../../api/session';
import { AuditFindings, AuditStatus } from '../../parts/audit-status';
import { Card, Failure } from '../../parts/states';
import { Time } from '../../parts/time';

/** Whether what is stored is what Plaid has, as far as it was ever asked. */
export function ItemAudits({ path }: { path: LinkPath }) {
  const queries = useQueryClient();
  const isMember = useMay('member');
  const query = useQuery(auditsQuery(path));
  const { data: audits } = query;
  const repair = useMutation({
    mutationFn: repairAudit,
    onSuccess: async () => {
      sayDone('The Item is read anew.');
      await queries.invalidateQueries({ queryKey: ['audits'] });
    },
    onError: sayFailed,
  });
  if (audits === undefined && query.isError)
    return (
      <Card title="Audits">
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      </Card>
    );
  if (audits === undefined || audits.length === 0) return null;
  return (
    <Card title="Audits">
      {audits.slice(0, 5).map((audit) => (
        <Group key={audit.heron_id} justify="space-between" py={6} gap="xs" wrap="nowrap" align="flex-start">
          <div>
            <AuditStatus audit={audit} />
            <Text size="xs" c="dimmed">
              <AuditFindings audit={audit} />
            </Text>
          </div>
          <Text size="xs" c="dimmed" component="div" ta="end">
            <Time at={audit.requested} />
            {isMember && audit.verdict === 'differs' && audit.repair === null && (
              <div>
                <Button
                  size="compact-xs"
                  variant="default"
                  loading={repair.isPending && repair.variables === audit}
                  onClick={() => repair.mutate(audit)}
                >
                  Repair
                </Button>
              </div>
            )}
          </Text>
        </Group>
      ))}
    </Card>
  );
}
