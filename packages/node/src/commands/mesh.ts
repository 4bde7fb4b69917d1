import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { registerMeshInit } from './mesh-init.ts';
import { registerMeshInvite } from './mesh-invite.ts';
import { registerMeshJoin } from './mesh-join.ts';
import { registerMeshLs } from './mesh-ls.ts';
import { registerMeshRevoke } from './mesh-revoke.ts';

export function registerMesh(program: Command, context: Context): void {
  const mesh = program.command('mesh').description('private meshes: who may join, with which roles and labels').usage('COMMAND [options]');
  registerMeshInit(mesh, context);
  registerMeshInvite(mesh, context);
  registerMeshJoin(mesh, context);
  registerMeshLs(mesh, context);
  registerMeshRevoke(mesh, context);
}
