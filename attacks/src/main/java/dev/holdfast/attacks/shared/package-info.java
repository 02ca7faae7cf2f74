/**
 * One perturbation for all images, learnt on some and put into others. Start reading at {@link
 * dev.holdfast.attacks.shared.CrossFitting}.
 */
package dev.holdfast.attacks.shared;
