/** The fault panel: one page without build or libraries, for people who try the product. */
export const PANEL_HTML = `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Liên Thông: hệ thống mô phỏng</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c2733}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dbe1;padding:.3rem .5rem;text-align:left}
fieldset{border:1px solid #d5dbe1;margin:1rem 0;padding:.8rem}label{margin-right:.8rem}button{margin:.2rem}
output{display:block;white-space:pre-wrap;color:#8a1f11}
</style></head><body>
<h1>Hệ thống mô phỏng</h1>
<fieldset><legend>Hồ sơ mới</legend>
<label>Loại <select id="kind"><option>birth</option><option>death</option></select></label>
<label>Kịch bản <input id="scenario" value="happy-path"></label>
<label>Số lượng <input id="count" type="number" value="1" min="1" style="width:5rem"></label>
<button id="order">Tạo</button></fieldset>
<fieldset><legend>Lỗi mô phỏng</legend>
<label>Hệ thống <select id="system"></select></label><label>Thao tác <select id="operation"></select></label>
<label>Lỗi <select id="switch"></select></label><label>Giá trị (JSON) <input id="value"></label>
<label>Tỷ lệ <input id="rate" type="number" value="1" min="0" max="1" step="0.05" style="width:5rem"></label>
<button id="add">Bật</button><button id="clear">Tắt tất cả</button>
<p id="meaning"></p><table id="faults"></table></fieldset>
<output id="answer"></output>
<h2>Sổ tác động</h2><table id="ledger"></table>
<script>
const at=(id)=>document.getElementById(id);
const ask=(method,path,body)=>fetch('/_sim/'+path,{method,body:body&&JSON.stringify(body)});
const told=async(reply)=>{at('answer').textContent=reply.ok?'':(await reply.json()).title};
const table=(id,head,rows)=>{const t=at(id);t.replaceChildren();for(const row of [head,...rows]){const r=t.insertRow();for(const c of row)r.insertCell().textContent=c}};
let known;
const fill=(id,items)=>at(id).replaceChildren(...items.map((i)=>new Option(i)));
const choose=()=>{const s=at('system').value;fill('operation',['*',...known.operations[s]]);fill('switch',known.switches.filter((x)=>x.systems.includes(s)).map((x)=>x.name));explain()};
const explain=()=>{at('meaning').textContent=known.switches.find((x)=>x.name===at('switch').value).meaning};
const refresh=async()=>{
 const totals=await(await ask('GET','totals')).json();
 table('ledger',['Hệ thống','Tác động','Số hồ sơ','Số lần'],totals.map((t)=>[t.system,t.kind,t.codes,t.effects]));
 const faults=(await(await ask('GET','faults')).json()).slice(0,50);
 table('faults',['Hệ thống','Thao tác','Lỗi','Giá trị','Mã','Đã xảy ra'],faults.map((f)=>[f.system,f.operation,f.switch,JSON.stringify(f.value),f.code||'',f.fired]));
};
at('system').onchange=choose;at('switch').onchange=explain;
at('order').onclick=async()=>{await told(await ask('POST','cases',{kind:at('kind').value,scenario:at('scenario').value,count:Number(at('count').value)}));refresh()};
at('add').onclick=async()=>{let value;try{value=at('value').value?JSON.parse(at('value').value):undefined}catch{value=at('value').value}
 await told(await ask('POST','faults',[{system:at('system').value,operation:at('operation').value,switch:at('switch').value,value,rate:Number(at('rate').value)}]));refresh()};
at('clear').onclick=async()=>{await ask('DELETE','faults');refresh()};
(async()=>{known=await(await ask('GET','switches')).json();fill('system',Object.keys(known.operations));choose();refresh();setInterval(refresh,2000)})();
</script></body></html>
`;
