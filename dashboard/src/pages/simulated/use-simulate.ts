import { useMutation, useQueryClient } from '@tanstack/react-query';
import { simulate, simulatorQuery, type Deed } from '../../api/simulator';

/** Has the simulator do something; what is on there is read anew whatever came of it. */
export function useSimulate(integrationId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (deed: Deed) => simulate(integrationId, deed),
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: simulatorQuery(integrationId).queryKey });
    },
  });
}
