package standin;

import java.util.Map;
import org.elasticsearch.index.mapper.IndexType;
import org.elasticsearch.index.mapper.LuceneDocument;
import org.elasticsearch.index.mapper.NumberFieldMapper.NumberFieldType;
import org.elasticsearch.index.mapper.NumberFieldMapper.NumberType;

/** What version 9 wants to know of a field of doubles. */
final class Numbers {
    private Numbers() {}

    static final class Type extends NumberFieldType {
        Type(String name, boolean indexed, boolean stored, boolean docValues, boolean coerce, Map<String, String> meta) {
            super(name, NumberType.DOUBLE, IndexType.points(indexed, docValues), stored, coerce, null, meta, null, false, null, null, false, false);
        }

        @Override
        public String typeName() {
            return ScaledFloat.NAME;
        }
    }

    static void add(LuceneDocument document, String name, double value, boolean indexed, boolean docValues, boolean stored) {
        NumberType.DOUBLE.addFields(document, name, value, IndexType.points(indexed, docValues), stored);
    }
}
