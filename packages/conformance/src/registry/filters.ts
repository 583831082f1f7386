import { DenyList, type Filter } from '@flaxon/core';
import type { CaseFilter } from '../cases.js';

/** The filter that a case writes. What is none is handed on as it is, for the library to refuse. */
export function makeFilter(filter: CaseFilter): unknown {
  return typeof filter === 'object' && 'deny' in filter ? new DenyList(makeFilter(filter.deny) as Filter) : filter;
}
