/**
 * What goes into an attack and what comes out of it. Start reading at {@link
 * dev.holdfast.attacks.task.AttackTask}.
 */
package dev.holdfast.attacks.task;
