/** Attributes that NetKet's layers share, with NetKet's names and defaults: parameters are float64. */
import { fields } from '@flaxon/core';
import { z } from 'zod';
import { kernelAndBias, size } from '../attributes.js';

export const paramDtype = { paramDtype: fields.dtype().default('float64') };

/** Of layers in which an output sees earlier inputs only. */
export const maskedLayer = {
  features: size(),
  /** True hides the input at a site from the output at that site: the first layer of an autoregressive model. */
  exclusive: z.boolean(),
  useBias: z.boolean().default(true),
  ...paramDtype,
  ...kernelAndBias,
};

/** Of those that are convolutions. */
export const maskedConvolution = {
  ...maskedLayer,
  /** Into how many groups the features are divided that do not mix. */
  featureGroupCount: z.int().positive().default(1),
};

/** A height and a width. */
export const pair = (): z.ZodTuple<[z.ZodInt, z.ZodInt], null> => z.tuple([z.int().positive(), z.int().positive()]);
