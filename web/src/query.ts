import {
  type InfiniteData,
  keepPreviousData,
  QueryClient,
  type UseQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { type Args, type ArgsOf, call, callUntil, ProblemError, type Reply, type RouteName, workspaceOfAddress } from './api.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && !(error instanceof ProblemError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: false,
    },
  },
});

/** A query's key: workspace, route, what was asked. Live updates find their queries by the first two. */
export const keyOf = (name: RouteName, args?: unknown): unknown[] => [workspaceOfAddress(), name, args ?? {}];

type Options<T> = Omit<UseQueryOptions<T, ProblemError>, 'queryKey' | 'queryFn'>;

/** The server is away or broken for a moment: the frame says so, and what is on the screen stays. */
const passes = (problem: ProblemError | null): boolean => problem !== null && (problem.status === 0 || problem.status >= 500);

/** What a GET route answers, kept and renewed by live updates. While the arguments change, or the server is away, the answer before stays. */
export function useRoute<N extends RouteName>(
  name: N,
  args: Args<N> | (object extends Args<N> ? undefined : never),
  options: Options<Reply<N>> = {},
) {
  const query = useQuery<Reply<N>, ProblemError>({
    queryKey: keyOf(name, args),
    queryFn: () => call(name, ...([args] as unknown as ArgsOf<N>)),
    ...options,
  });
  // The query itself stays behind it, so that only what is read is watched.
  return Object.create(query, {
    error: { get: () => (query.data !== undefined && passes(query.error) ? null : query.error) },
  }) as typeof query;
}

/**
 * What a route answers about something that is still being written. Nothing is asked while `args` is null; the answer before stays meanwhile, and a
 * question that is no longer wanted is given up.
 */
export function useTrial<N extends RouteName>(name: N, args: Args<N> | null, options: Options<Reply<N>> = {}) {
  return useQuery<Reply<N>, ProblemError>({
    queryKey: keyOf(name, args),
    queryFn: ({ signal }) => callUntil(signal, name, ...([args] as unknown as ArgsOf<N>)),
    enabled: args !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
    ...options,
  });
}

type PageOf<N extends RouteName> = Reply<N> extends { items: (infer T)[]; next: string | null } ? T : never;
type ListName = { [N in RouteName]: Reply<N> extends { items: unknown[]; next: string | null } ? N : never }[RouteName];

/** A list that is paged by a cursor: rows so far, and how to get more. */
export function useList<N extends ListName>(name: N, args: Args<N>, options: { enabled?: boolean; refetchInterval?: number | false } = {}) {
  type Page = { items: PageOf<N>[]; next: string | null };
  const given = args as { query?: object };
  const query = useInfiniteQuery<Page, ProblemError, InfiniteData<Page>, unknown[], string | null>({
    queryKey: keyOf(name, args),
    queryFn: async ({ pageParam }) =>
      (await call(
        name,
        ...([{ ...given, query: { ...given.query, cursor: pageParam ?? undefined } }] as unknown as ArgsOf<N>),
      )) as unknown as Page,
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    ...options,
  });
  return {
    rows: query.data?.pages.flatMap((page) => page.items) ?? [],
    loaded: query.data !== undefined,
    more: query.hasNextPage,
    loadMore: () => void (query.isFetchingNextPage || query.fetchNextPage()),
    loadingMore: query.isFetchingNextPage,
    stale: query.isPlaceholderData,
    problem: query.data !== undefined && passes(query.error) ? null : query.error,
    again: () => void query.refetch(),
  };
}

/** A write; `touches` names the routes whose answers it changes. */
export function useChange<N extends RouteName>(name: N, touches: RouteName[] = []) {
  const client = useQueryClient();
  return useMutation<Reply<N>, ProblemError, Args<N>>({
    mutationKey: [name],
    mutationFn: (args) => call(name, ...([args] as unknown as ArgsOf<N>)),
    onSuccess: () => renew(client, touches),
  });
}

export const renew = (client: QueryClient, names: readonly string[]): Promise<void> =>
  client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === workspaceOfAddress() && names.includes(String(queryKey[1])) });
