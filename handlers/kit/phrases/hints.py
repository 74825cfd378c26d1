"""Words that point to something without being an order: for the buttons of a question, and to tell a note from it."""

import re

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.words import PERSON

WORKING = re.compile(
    "结案|办[结完好妥]|完[结成]|搞定|处理|接[单手]|[我俺]们?[来去接]|到场|到了|已到|转|交给|移交|退|挂起|恢复"
    "|继续|支援|协办|误|谎报|虚警|假警|加急|优先"
    "|撤|换(?!号|锁|了?电话)|让|叫|派|别|不用|需要|缺|路上|途中|出发|马上|这就|过去|等|稍后|一会|晚点|明天|后天|下午"
    "|回头|再说"
    "|和解|劝离|调解|达成|谅解|解决|挪|找到|道歉"
    "|消停|没事|误会|支持|帮忙|可能|好像|估计|应该|多少|谁|咋|怎么|哪|听说|还没|尚未|未|放|停|催|急|发我|给我"
    "|帮我|发一?下|查一?下|看看|保持|注意|锁好|别[动急怕开]|不要[动急怕开]|请|记得|千万|放心|告诉|你|我们会"
)
"""What could as well be an order, an outcome or a plan."""

MATTER = re.compile(
    r"(?:当事人|报警人|反映人|对方|双方|现场|物业|业主|房东|租客|家属|家里|门锁|门口|人不在|人没|电话|已|正在"
    r"|联系|地址|车主|车牌|嫌疑人|监控|老人|孩子|小孩|老板|店主|店家|司机|失主|受害人|事主"
    r"|邻居|楼[上下]|对面|保安|保洁|门卫|两家|两个人|男的|女的|男方|女方|老太太|老头|社区|居委会|施工方|狗主人"
    r"|敲门|按门铃|打电话|那家(?!的)|那户(?!的)|屋里|屋内|灯|门|窗|狗|电动车|车|监控|那[男女]|护士|医生|医院|家长"
    r"|学校|老师)"
)
THIRD = re.compile(
    rf"[\s,，:：]*(?:{PERSON}|他们?|她|有人|别人)(?:已经?|们|也|都)*(?:去|来|接|到|在?处理|在?办|跟|负责|说他)"
)
ACKS = re.compile(
    r"(?:收到|好的?|好嘞|嗯+|哦+|行|可以|ok|明白|知道了|辛苦了?|谢谢|1|\+1|赞|厉害|哈+|牛|[\s,，。.!！~～])*+",
    re.IGNORECASE,
)
HINTS = (
    (Action.CLAIM, re.compile("[我俺咱].{0,4}[来去接]|接单|接手|认领")),
    (Action.ARRIVE, re.compile("到场|到了|已到|现场")),
    (Action.RESOLVE, re.compile("[办完]结|结[案单了]|搞定|[办处]理?[完好]|和解|劝离|调解|解决|谅解")),
    (Action.TRANSFER, re.compile("转[^告达]|移交|交给|派给|[让叫派].{1,4}[去来]")),
    (Action.GIVE_BACK, re.compile("退|换.{0,2}人|[去来接办]不了|没空|走不开")),
    (Action.PAUSE, re.compile("挂|先放|暂停|等|明天|后天|下周|再说")),
    (Action.RESUME, re.compile("继续|恢复")),
    (Action.HELP, re.compile("支援|增援|帮忙|协助|人手|协办")),
    (Action.FALSE_REPORT, re.compile("误|谎报|虚|假")),
    (Action.PRIORITY, re.compile("急|优先")),
    (Action.ASK, re.compile("[?？吗呢]|谁|咋|怎么|多少|哪")),
)
"""For a question only; nothing is done because of them."""

RECEIVED = re.compile(r"(?:收到|知道了|明白|好的)+[\s。.!！~～]*")
