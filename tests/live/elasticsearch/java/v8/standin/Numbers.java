package standin;

import java.util.Map;
import org.elasticsearch.index.mapper.LuceneDocument;
import org.elasticsearch.index.mapper.NumberFieldMapper.NumberFieldType;
import org.elasticsearch.index.mapper.NumberFieldMapper.NumberType;

/** What version 8 wants to know of a field of doubles. */
final class Numbers {
    private Numbers() {}

    static final class Type extends NumberFieldType {
        Type(String name, boolean indexed, boolean stored, boolean docValues, boolean coerce, Map<String, String> meta) {
            super(name, NumberType.DOUBLE, indexed, stored, docValues, coerce, null, meta, null, false, null, null, false);
        }

        @Override
        public String typeName() {
            return ScaledFloat.NAME;
        }
    }

    static void add(LuceneDocument document, String name, double value, boolean indexed, boolean docValues, boolean stored) {
        NumberType.DOUBLE.addFields(document, name, value, indexed, docValues, stored);
    }
}
