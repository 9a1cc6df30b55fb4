package io.fastwhisper.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Default, range and meaning of one key of the configuration. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {
  /** The default, written as a user would write it. */
  String value();

  double min() default Double.NEGATIVE_INFINITY;

  double max() default Double.POSITIVE_INFINITY;

  /** The words that may stand here; empty where others may, too. */
  String[] oneOf() default {};

  /** Unit of a number; "" for a count or a text. */
  String unit() default "";

  /** True for what must not be shown: `--print-config` says only whether it is set. */
  boolean secret() default false;

  /** What it does, in one or more lines. */
  String effect();

  /**
   * Name of its environment variable; "" for the name made of the key, {@code
   * FASTWHISPER_SECTION_KEY}.
   */
  String environment() default "";
}
