import { applyDecorators } from '@nestjs/common';
import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsString, Length, Matches } from 'class-validator';
import { ROLES } from '#access';

/** What an account is, for a new one and for a change alike. Whether a list may be left out, empty or null is said where it stands. */
export const IsRoleList = (): PropertyDecorator =>
  applyDecorators(IsIn([...ROLES], { each: true }), ArrayUnique(), ArrayNotEmpty(), IsArray());

/** Communes that it is limited to. */
export const IsUnitList = (): PropertyDecorator =>
  applyDecorators(Matches(/^\d{5}$/, { each: true }), ArrayMaxSize(1_000), IsArray());

/** IP addresses and networks that it may come from. */
export const IsAddressList = (): PropertyDecorator =>
  applyDecorators(Length(2, 50, { each: true }), IsString({ each: true }), ArrayMaxSize(100), IsArray());

/** Ids of operations that it may use. */
export const IsOperationList = (): PropertyDecorator =>
  applyDecorators(Matches(/^[a-z-]+\.[a-z-]+$/, { each: true }), ArrayMaxSize(100), IsArray());
