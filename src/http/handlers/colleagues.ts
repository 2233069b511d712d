import { changeColleague, findColleague, inviteColleague, listColleagues, removeColleague } from '#operations/colleagues.ts';
import type { HandlersOf } from '../api.ts';
import type { HttpHouse } from '../house.ts';

const linkFor = async (house: HttpHouse, id: string): Promise<string> =>
  `${house.publicUrl}/signin#token=${await house.doorkeeper.newSignInToken(id)}`;

export const colleagues: HandlersOf<'listColleagues' | 'inviteColleague' | 'changeColleague' | 'linkForColleague' | 'removeColleague'> = {
  listColleagues: (house) => listColleagues(house.deps),
  async inviteColleague(house, { caller, body }) {
    const colleague = await inviteColleague(house.deps, caller.actor, body);
    return { ...colleague, link: await linkFor(house, colleague.id) };
  },
  changeColleague: (house, { caller, params, body }) => changeColleague(house.deps, caller.actor, params.id, body),
  async linkForColleague(house, { params }) {
    const { id } = await findColleague(house.deps, params.id);
    return { link: await linkFor(house, id) };
  },
  removeColleague: (house, { caller, params }) => removeColleague(house.deps, caller.actor, params.id),
};
