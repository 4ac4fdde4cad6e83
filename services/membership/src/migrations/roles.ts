/** The PostgreSQL roles of this database: who migrates, who serves, and who owns the few functions that look past
 *  row-level security. */
export const roles = { owner: 'membership_owner', app: 'membership_app', definer: 'membership_definer' };
