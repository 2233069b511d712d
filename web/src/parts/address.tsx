import { Link, type LinkProps, useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react';
import { useWorkspace } from '../session/workspace.tsx';

/** What stands after the ? of the address. Undefined takes a word away. */
export type Search = Record<string, string | undefined>;

export const parseSearch = (text: string): Search => Object.fromEntries(new URLSearchParams(text));
export function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(search))
    if (value !== undefined && value !== null && value !== '') query.set(key, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Filters, tabs and selections live in the address: read them, and change some of them. */
export function useAddress(): [Search, (change: Search, options?: { replace?: boolean }) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const set = (change: Search, { replace = true }: { replace?: boolean } = {}): void => {
    void navigate({ to: '.', search: ((before: Search) => ({ ...before, ...change })) as never, replace });
  };
  return [search, set];
}

interface ToProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  /** Path inside the workspace without a leading slash: people/ID. */
  to: string;
  search?: Search;
  children?: ReactNode;
  ref?: Ref<HTMLAnchorElement>;
}
/** A link within the workspace. */
export function To({ to, search = {}, ...rest }: ToProps) {
  const { slug } = useWorkspace();
  const [path, query] = to.split('?');
  return (
    <Link
      to={`/w/${slug}/${path}` as LinkProps['to']}
      search={{ ...parseSearch(query ?? ''), ...search } as never}
      preload="intent"
      {...(rest as object)}
    />
  );
}

/** Goes to a path inside the workspace. */
export function useGo(): (to: string, search?: Search) => void {
  const navigate = useNavigate();
  const { slug } = useWorkspace();
  return (to, search = {}) => {
    const [path, query] = to.split('?');
    void navigate({ to: `/w/${slug}/${path}` as never, search: { ...parseSearch(query ?? ''), ...search } as never });
  };
}

/** The path inside the workspace, without a leading slash. */
export function usePlace(): string {
  const { pathname } = useLocation();
  return pathname.replace(/^\/w\/[^/]+\/?/, '');
}
