export interface PageLinks {
  next_url: string | null;
  prev_url: string | null;
}

/** Relative links to the neighbouring pages, with everything else in the query kept. `url` is the request's own. */
export function pageLinks(url: string, page: number, hasNext: boolean): PageLinks {
  const [path = '', search = ''] = url.split('?', 2);
  const linkTo = (number: number): string => {
    const query = new URLSearchParams(search);
    query.set('page', String(number));
    return `${path}?${query.toString()}`;
  };
  return { next_url: hasNext ? linkTo(page + 1) : null, prev_url: page > 1 ? linkTo(page - 1) : null };
}
