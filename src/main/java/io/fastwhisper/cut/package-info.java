/** Plans clips from matches and cuts them. */
package io.fastwhisper.cut;
