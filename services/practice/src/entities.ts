/** The tables TypeORM knows as classes; the others are read and written in SQL. */
import { KnowledgeProduct } from './knowledge-product/knowledge-product.js';
import { PracticeRow, SectionRow, VersionRow } from './practice/practice.js';
import { Theme } from './theme/theme.js';

export const entityClasses = [PracticeRow, VersionRow, SectionRow, Theme, KnowledgeProduct];
