"""Invented news texts in three languages, long enough to be compared."""

from __future__ import annotations

ENGLISH = (
    "The water minister of the northern province said on Monday that nine canals would be closed for repair until the "
    "end of spring. Speaking to farmers in the town of Belmora, she promised that every village would get drinking "
    "water by tanker while the work goes on. Engineers found cracks in the oldest canal after the floods of last "
    "August, when 37 houses were washed away and the main bridge had to be shut. The provincial council has set aside "
    "420 million crowns for the work, which a joint team of two companies will carry out. Farmers' leaders welcomed "
    "the plan but asked that the western canal be opened first because the sowing of rice begins there in May. "
    "The opposition said it did not trust the timetable and called for an independent inspector. "
    "A similar repair eleven years ago took twice as long as promised. "
    "In the villages along the river people have begun to store water in clay jars, as their grandparents did, and the "
    "schools have moved their sports days to the cooler morning hours. A shopkeeper in Belmora told this paper that the "
    "price of a tanker load had already doubled since the plan became known. Meanwhile the weather office expects little "
    "rain before the end of the month and has asked the towns of the plain to keep their swimming pools closed. The "
    "minister is to return to Belmora in three weeks with the first report of the engineers."
)
URDU = (
    "شمالی صوبے کی وزیر آبپاشی نے پیر کے روز کہا کہ نو نہریں مرمت کے لیے موسم بہار کے اختتام تک بند رہیں گی۔ قصبہ بلمورہ میں "
    "کسانوں سے خطاب کرتے ہوئے انہوں نے وعدہ کیا کہ کام کے دوران ہر گاؤں کو ٹینکروں کے ذریعے پینے کا پانی دیا جائے گا۔ "
    "انجینئروں کو گزشتہ اگست کے سیلاب کے بعد سب سے پرانی نہر میں دراڑیں ملی تھیں جب 37 مکان بہہ گئے تھے اور مرکزی پل بند کرنا "
    "پڑا تھا۔ صوبائی کونسل نے اس کام کے لیے 420 ملین مختص کیے ہیں جسے دو کمپنیوں کی مشترکہ ٹیم مکمل کرے گی۔ کسان رہنماؤں نے "
    "منصوبے کا خیرمقدم کیا لیکن مطالبہ کیا کہ مغربی نہر پہلے کھولی جائے کیونکہ وہاں دھان کی بوائی مئی میں شروع ہوتی ہے۔ "
    "حزب اختلاف نے کہا کہ اسے نظام الاوقات پر اعتماد نہیں اور ایک آزاد معائنہ کار مقرر کرنے کا مطالبہ کیا۔"
)
HINDI = (
    "उत्तरी प्रांत की सिंचाई मंत्री ने सोमवार को कहा कि नौ नहरें मरम्मत के लिए वसंत के अंत तक बंद रहेंगी। बेलमोरा कस्बे में किसानों को "
    "संबोधित करते हुए उन्होंने वादा किया कि काम के दौरान हर गाँव को टैंकरों से पीने का पानी दिया जाएगा। इंजीनियरों को पिछले अगस्त की बाढ़ के "
    "बाद सबसे पुरानी नहर में दरारें मिली थीं जब 37 मकान बह गए थे और मुख्य पुल बंद करना पड़ा था। प्रांतीय परिषद ने इस काम के लिए 420 "
    "मिलियन अलग रखे हैं जिसे दो कंपनियों की संयुक्त टीम पूरा करेगी। किसान नेताओं ने योजना का स्वागत किया लेकिन माँग की कि पश्चिमी नहर पहले "
    "खोली जाए क्योंकि वहाँ धान की बुवाई मई में शुरू होती है। विपक्ष ने कहा कि उसे समय सारिणी पर भरोसा नहीं है और एक स्वतंत्र निरीक्षक "
    "नियुक्त करने की माँग की। ग्यारह साल पहले ऐसी ही मरम्मत में वादे से दोगुना समय लगा था।"
)
OTHER = (
    "A string quartet from the island of Sarn opened the summer festival on Friday evening in front of a full hall. The "
    "four musicians, who met at school, played two new pieces and an old shepherds' dance that nobody had written down "
    "before. The festival's director called the evening a gift to the town, whose theatre burned down three winters "
    "ago and was rebuilt with the help of readers of the local paper. Tickets for the remaining concerts sold out within "
    "an hour, and the organisers put up a large screen in the harbour. The festival ends with a night of fishermen's songs."
)
BY_LANGUAGE = {"English": ENGLISH, "Urdu": URDU, "Hindi": HINDI}
TITLES = {
    "English": "Nine canals to be closed until spring",
    "Urdu": "نو نہریں موسم بہار تک بند رہیں گی",
    "Hindi": "नौ नहरें वसंत तक बंद रहेंगी",
}
GOLD = (
    "Gold rose by {change} crowns in the bullion market of Belmora today. According to the guild of jewellers the price "
    "of a tola of gold went up by {change} crowns to {price} crowns, while ten grams cost {ten} crowns. Silver was "
    "traded without any change. The guild sets the prices every morning after a look at the world market, where an ounce "
    "was sold for {ounce} dollars. Buyers are told to ask for a receipt with the seal of the guild, since false seals "
    "were found in several shops of the old bazaar last year and the courts have not yet ended the case."
)
CONSENT = (
    "We and our partners store and read information on your device and process personal data such as the pages you visit. "
    "You may agree to this or manage your choices at any time by going to the privacy page. Some partners do not ask for "
    "your consent because they have a legitimate interest. Your choices apply to this site only. We use the data to show "
    "advertising that may interest you, to measure how it performs, to learn about our readers and to improve our service. "
    "Please accept all or choose settings to continue reading the news on this site."
)
BLOCKED = (
    "Too many connections from your address have reached our server and we could not show the page you asked for. This "
    "may be because of automated traffic from your network. Please wait a few minutes and try once more, or tell our "
    "support team the reference printed below. If you use a shared line, others on it may have caused the limit to be "
    "reached. Subscribers can sign in to continue at once. We are sorry for the trouble and thank you for your patience "
    "while we keep the service fast and safe for everybody who reads our paper on the web every day."
)
